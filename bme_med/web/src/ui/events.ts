/** What screens tell the page. */

/** Tells `host`'s parent, which listens by the same name. */
export function tell<T>(host: HTMLElement, name: string, detail: T): void {
  host.dispatchEvent(new CustomEvent<T>(name, { detail, bubbles: true, composed: true }))
}

/** Speaks through the page's live region. */
export function say(host: HTMLElement, sentence: string): void {
  tell(host, "say", sentence)
}

/** The sentence in what was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Words as a sentence of their own. */
export function sentence(words: string): string {
  return words && `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`
}

export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`
}

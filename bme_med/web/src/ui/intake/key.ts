/** Key files, as `bme-med key new` makes them: one line, a mark and 32 bytes in base64. */

const MARK = "bme-med-key-v1"
const KEY_BYTES = 32
const LONGEST = 200

/** The key in `file`.
 *
 * @throws Error with a sentence for the user, if it holds none.
 */
export async function readKey(file: File): Promise<Uint8Array<ArrayBuffer>> {
  const [mark = "", text = ""] = file.size <= LONGEST ? (await file.text()).trim().split(/ (.*)/s) : []
  const key = mark === MARK ? decoded(text) : null
  if (key?.length !== KEY_BYTES) throw new Error("This is no key of bme-med: “bme-med key new FILE” makes one.")
  return key
}

function decoded(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), letter => letter.charCodeAt(0))
  } catch {
    return null
  }
}

export function randomKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES))
}

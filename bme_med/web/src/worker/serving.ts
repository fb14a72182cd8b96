// Answers questions one after the other; whatever goes wrong, every question has an answer.
import type { Answer, Question } from "../engine/remote"
import { Python, type Bootable, type Host } from "./python"

/** Serves one worker: `prove` must settle before anything is booted. */
export function serve(host: Host, prove: () => Promise<void>, post: (answer: Answer) => void): (question: Question) => void {
  let python: Python | undefined
  let last: Promise<void> = Promise.resolve()

  async function answer({ op, text, files, payload }: Question): Promise<{ text: string; parts: readonly BlobPart[] }> {
    if (op === "boot") {
      await prove()
      python = await Python.boot(payload as Bootable, host)
      return { text: '{"value":null}', parts: [] }
    }
    if (!python) throw new Error("Python is not there yet")
    if (op === "plan") return python.plan((JSON.parse(text) as { name: string }).name, files[0]!)
    return { text: await python.ask(op, text, files), parts: [] }
  }

  return (question) => {
    last = last.then(async () => {
      let said = { text: "", parts: [] as readonly BlobPart[] }
      let lost = ""
      try {
        said = await answer(question)
      } catch (error) {
        lost = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : "unknown"
      }
      post({ id: question.id, ...said, heap: python?.heap ?? 0, lost })
    })
  }
}

// One worker, asked by messages: every question has a number, and its answer has the same.

/** What goes to a worker. */
export interface Question {
  readonly id: number
  readonly op: string
  readonly text: string
  readonly files: readonly File[]
  readonly payload?: unknown
}

/** What comes back; `heap` is the size of the worker's memory in bytes. */
export interface Answer {
  readonly id: number
  readonly text: string
  readonly parts: readonly BlobPart[]
  readonly heap: number
  readonly lost: string
}

/** A worker, or in tests what stands for one. */
export interface Port {
  postMessage(question: Question): void
  onAnswer(hear: (answer: Answer) => void, fail: (why: string) => void): void
  terminate(): void
}

/** Why a worker cannot answer any more; the file that it worked on is one to be wary of. */
export class LostWorkerError extends Error {}

/** Speaks with one worker. */
export class Remote {
  heap = 0
  /** Pieces of work that it has from its pool. */
  given = 0
  private readonly asked = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>()
  private next = 0
  private lost = ""

  constructor(private readonly port: Port) {
    port.onAnswer((answer) => this.hear(answer), (why) => this.fail(why))
  }

  get isLost(): boolean {
    return this.lost !== ""
  }

  /** The value of an answer, and the parts of an output if it has one; rejects with the sentence for the user. */
  async ask<T>(op: string, args: unknown, files: readonly File[] = [], payload?: unknown): Promise<{ value: T; parts: readonly BlobPart[] }> {
    const answer = await this.send(op, JSON.stringify(args), files, payload)
    const { value, error } = JSON.parse(answer.text) as { value: T; error?: string }
    if (error !== undefined) throw new Error(error)
    return { value, parts: answer.parts }
  }

  end(): void {
    this.fail("the worker was ended")
    this.port.terminate()
  }

  private send(op: string, text: string, files: readonly File[], payload: unknown): Promise<Answer> {
    if (this.lost) return Promise.reject(new LostWorkerError(this.lost))
    const id = this.next++
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject })
      this.port.postMessage({ id, op, text, files, payload })
    })
  }

  private hear(answer: Answer): void {
    this.heap = answer.heap
    if (answer.lost) return this.fail(answer.lost)
    const asked = this.asked.get(answer.id)
    this.asked.delete(answer.id)
    asked?.resolve(answer)
  }

  private fail(why: string): void {
    this.lost ||= why
    for (const { reject } of this.asked.values()) reject(new LostWorkerError(why))
    this.asked.clear()
  }
}

/** One job: all files through the engine into one place; after a stop it goes on with the same key. */

import type { Dropped, Engine, Outcome, Sink, Summary } from "../../protocol"
import { randomKey } from "../intake/key"

export interface Options { readonly profile: string; readonly key: Uint8Array | null; readonly boxes: string }

export type State = "running" | "stopped" | "complete"

/** Keys live here, in memory; a random one is erased when the job is complete. */
export class Job {
  state: State = "stopped"
  done = 0
  summary: Summary | null = null
  readonly outcomes = new Map<string, Outcome>()
  private readonly counts = { written: 0, refused: 0, skipped: 0 }
  private readonly key: Uint8Array
  private control = new AbortController()

  constructor(
    private readonly engine: Engine, readonly files: readonly Dropped[], private readonly options: Options, private readonly changed: () => void,
  ) {
    this.key = options.key ?? randomKey()
  }

  get total(): number {
    return this.files.length
  }

  count(status: Outcome["status"]): number {
    return this.counts[status]
  }

  /** Starts, or goes on with what no earlier try has finished, in the same audit.
   *
   * @throws Error with a sentence for the user, where it could not start.
   */
  async run(sink: Sink): Promise<void> {
    this.control = new AbortController()
    this.state = "running"
    this.changed()
    try {
      const { profile, boxes } = this.options
      const options = { profile, key: this.key, boxes, earlier: this.summary?.audit ?? null }
      this.summary = await this.engine.run(this.files, options, sink, (outcome, done) => this.take(outcome, done), this.control.signal)
      this.state = this.summary.stopped ? "stopped" : "complete"
    } catch (error) {
      this.state = "stopped"
      throw error
    } finally {
      if (this.state === "complete") this.forget()
      this.changed()
    }
  }

  cancel(): void {
    this.control.abort()
  }

  /** Erases a random key, with which alone the job could go on. */
  forget(): void {
    if (!this.options.key) this.key.fill(0)
  }

  private take(outcome: Outcome, done: number): void {
    const before = this.outcomes.get(outcome.name)
    if (before) this.counts[before.status] -= 1
    this.counts[outcome.status] += 1
    this.outcomes.set(outcome.name, outcome)
    this.done = done
    this.changed()
  }
}

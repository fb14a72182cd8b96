// The main job: every file planned by a worker, judged by the clerk in the order of the names, written by the page.
import type { Dropped, Outcome, Sink, Status, Summary } from "../protocol"
import type { Pool } from "./pool"
import { LostWorkerError, type Remote } from "./remote"

/** What the page asked for. `earlier` is the audit of a try that stopped; empty for a new run. */
export interface Order {
  readonly profile: string
  readonly key: string
  readonly boxes: string
  readonly earlier: string
}

export type OnOutcome = (outcome: Outcome, done: number, total: number) => void

interface Planned {
  readonly outcome: WorkerOutcome
  readonly parts: readonly BlobPart[]
}

interface WorkerOutcome {
  readonly status: Status
  readonly output_sha256: string
  readonly findings: readonly string[]
  readonly [more: string]: unknown
}

interface Verdict { readonly status: Status; readonly reason: string; readonly output: string }

interface Finished { readonly found: number; readonly written: number; readonly refused: number; readonly skipped: number; readonly audit: string; readonly report: string }

/** Files that may be planned ahead of the one that is judged. */
const AHEAD = 32

/** Files that are written at the same time. */
const WRITING = 16

const CHUNK = 64

const LOST: WorkerOutcome = {
  status: "refused", reason: "the process that worked on it died, perhaps for lack of memory: try it alone",
  format: "", source_sha256: "", output_sha256: "", size: 0, suffix: "", fields: {}, actions: "[]", findings: [],
}

/** A question about files, and the answer for one that a worker died of. */
export interface Asking<T> { readonly op: string; readonly args: object; readonly lost: T }

/** Asks about all `files`, in chunks that all workers share; the answers, in order. */
export async function askAll<T>(pool: Pool, asking: Asking<T>, files: readonly Dropped[], size = CHUNK): Promise<readonly T[]> {
  const chunks: Dropped[][] = []
  for (let at = 0; at < files.length; at += size) chunks.push(files.slice(at, at + size))
  return (await Promise.all(chunks.map((chunk) => askChunk(pool, asking, chunk)))).flat()
}

/** Asks about one chunk; where a worker dies of it, about each of its files alone. */
async function askChunk<T>(pool: Pool, asking: Asking<T>, chunk: readonly Dropped[]): Promise<readonly T[]> {
  const args = { ...asking.args, names: chunk.map(({ name }) => name) }
  try {
    return await pool.use(async (worker) => (await worker.ask<readonly T[]>(asking.op, args, chunk.map(({ file }) => file))).value)
  } catch (error) {
    if (!(error instanceof LostWorkerError)) throw error
    return chunk.length === 1 ? [asking.lost] : askAll(pool, asking, chunk, 1)
  }
}

/** One run from its first look at the files to its audit. */
export class Run {
  private stopped = ""
  private isBroken = false
  private done = 0
  private readonly started = performance.now()

  constructor(
    private readonly clerk: Remote,
    private readonly pool: Pool,
    private readonly order: Order,
    private readonly sink: Sink,
    private readonly onOutcome: OnOutcome,
    private readonly signal: AbortSignal,
  ) {}

  async work(files: readonly Dropped[]): Promise<Summary> {
    try {
      await this.writeAll(await this.begin(files))
      return await this.finish()
    } finally {
      await this.pool.openAll(undefined)
      await Promise.allSettled([this.clerk.ask("close", {}), this.pool.each((worker) => worker.ask("close", {}))])
    }
  }

  /** What is left to do, in the order of the names, after everything is known of the patients. */
  private async begin(files: readonly Dropped[]): Promise<readonly Dropped[]> {
    const { profile, key, boxes, earlier } = this.order
    const owners = await askAll<unknown>(this.pool, { op: "owners", args: {}, lost: null }, files)
    const names = files.map(({ name }) => name)
    const begun = await this.clerk.ask<{ order: readonly number[]; patients: unknown }>("begin", { profile, key, boxes, names, owners, earlier })
    const { order, patients } = begun.value
    await this.pool.openAll(async (worker) => void (await worker.ask("open", { profile, key, boxes, patients })))
    this.done = files.length - order.length
    return order.map((at) => files[at]!)
  }

  /** Plans ahead, judges in order, writes several at a time, and commits in order. */
  private async writeAll(files: readonly Dropped[]): Promise<void> {
    const planned: Promise<Planned>[] = []
    const writing: Promise<void>[] = []
    const total = this.done + files.length
    let committed: Promise<void> = Promise.resolve()
    for (let at = 0; at < files.length && !this.isStopped(); at++) {
      while (planned.length < Math.min(files.length, at + AHEAD)) planned.push(this.planAhead(files[planned.length]!))
      const { outcome, parts } = await planned[at]!
      planned[at] = Promise.resolve({ outcome: LOST, parts: [] })  // lets go of the parts
      if (this.isStopped()) break
      const name = files[at]!.name
      const { value: verdict } = await this.clerk.ask<Verdict>("judge", { name, outcome })
      const written = verdict.status === "written" ? this.sink.write(verdict.output, parts) : Promise.resolve()
      const step = Promise.all([written, committed]).then(() => this.commit(name, outcome, verdict, total), (error: Error) => this.fail(error))
      committed = step
      writing.push(step)
      if (writing.length >= WRITING) await writing.shift()
    }
    await committed
    await Promise.allSettled(planned)
  }

  /** A failure waits until the file is due. */
  private planAhead(file: Dropped): Promise<Planned> {
    const planned = this.plan(file)
    planned.catch(() => undefined)
    return planned
  }

  private async plan({ name, file }: Dropped): Promise<Planned> {
    if (this.isStopped()) return { outcome: LOST, parts: [] }
    try {
      return await this.pool.use(async (worker) => {
        const { value, parts } = await worker.ask<WorkerOutcome>("plan", { name }, [file])
        return { outcome: value, parts }
      })
    } catch (error) {
      if (error instanceof LostWorkerError) return { outcome: LOST, parts: [] }
      throw error
    }
  }

  private async commit(name: string, outcome: WorkerOutcome, verdict: Verdict, total: number): Promise<void> {
    if (this.isBroken) return
    await this.clerk.ask("commit", {})
    this.done++
    const isWritten = verdict.status === "written"
    this.onOutcome({ name, ...verdict, sha256: isWritten ? outcome.output_sha256 : "", findings: isWritten ? outcome.findings : [] }, this.done, total)
  }

  private fail(error: Error): void {
    this.isBroken = true
    this.stopped ||= `the output cannot be written (${error.name})`
  }

  private isStopped(): boolean {
    if (this.signal.aborted) this.stopped ||= "stopped by the user"
    return this.stopped !== ""
  }

  private async finish(): Promise<Summary> {
    const seconds = (performance.now() - this.started) / 1000
    const { value } = await this.clerk.ask<Finished>("finish", { seconds, stopped: this.stopped })
    const { audit, report, ...counts } = value
    return {
      ...counts,
      stopped: this.stopped,
      audit: new Blob([audit], { type: "application/jsonl" }),
      auditName: "audit.jsonl",
      report: new Blob([report], { type: "text/html" }),
    }
  }
}

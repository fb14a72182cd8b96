// The workers of the page: one clerk, who keeps the books of a run, and some who look at files.
import type { Bootable } from "../worker/python"
import { Remote } from "./remote"

/** Starts one worker, booted. */
export type Start = () => Promise<Remote>

/** A worker whose memory has grown past this is replaced: WebAssembly never gives memory back. */
const MOST_HEAP = 1 << 30

/** Files that one worker has at most: the second waits while the first is answered. */
const QUEUE = 2

export class Pool {
  private readonly workers: Remote[] = []
  private waiting: (() => void)[] = []
  private opening: ((worker: Remote) => Promise<void>) | undefined
  private isEnded = false
  private isFilling = false
  private failure: Error | undefined

  constructor(readonly size: number, private readonly start: Start) {}

  /** Starts the workers one after the other; where not all can be started, those that are there do the work. */
  async fill(): Promise<void> {
    if (this.isFilling) return
    this.isFilling = true
    try {
      while (this.workers.length < this.size && !this.isEnded) await this.add()
    } catch (error) {
      if (this.workers.length === 0) this.failure = error as Error
      this.wake()
    } finally {
      this.isFilling = false
    }
  }

  /** Gives `work` to the worker with the least to do, as soon as one has room. */
  async use<T>(work: (worker: Remote) => Promise<T>): Promise<T> {
    const worker = await this.free()
    try {
      return await work(worker)
    } finally {
      worker.given--
      this.settle(worker)
    }
  }

  /** Says `open` to every worker, also to those that start later; undefined ends that. */
  async openAll(open: ((worker: Remote) => Promise<void>) | undefined): Promise<void> {
    this.opening = open
    if (open) await Promise.all(this.workers.map(open))
  }

  async each(work: (worker: Remote) => Promise<unknown>): Promise<void> {
    await Promise.all(this.workers.map(work))
  }

  end(): void {
    this.isEnded = true
    this.workers.splice(0).forEach((worker) => worker.end())
    this.wake()
  }

  private async add(): Promise<void> {
    const worker = await this.start()
    if (this.isEnded) return worker.end()
    for (let opened: typeof this.opening; opened !== this.opening; ) {
      opened = this.opening
      await opened?.(worker)
    }
    this.workers.push(worker)
    this.wake()
  }

  private async free(): Promise<Remote> {
    for (;;) {
      if (this.failure) throw this.failure
      const [least] = this.workers.filter((worker) => worker.given < QUEUE && worker.heap < MOST_HEAP).sort((a, b) => a.given - b.given)
      if (least) {
        least.given++  // at once: others look for a worker before this one is asked
        return least
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    }
  }

  /** Replaces a worker that is lost, or has grown too large and has nothing left to do. */
  private settle(worker: Remote): void {
    const isSpent = worker.isLost || (worker.heap >= MOST_HEAP && worker.given === 0)
    const at = this.workers.indexOf(worker)
    if (isSpent && at >= 0) {
      this.workers.splice(at, 1)
      worker.end()
      void this.fill()
    }
    this.wake()
  }

  private wake(): void {
    const waiting = this.waiting
    this.waiting = []
    waiting.forEach((resolve) => resolve())
  }
}

/** How many workers this machine is worth. */
export function poolSize(): number {
  return Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1))
}

/** Boots the Python of one worker. */
export async function boot(remote: Remote, from: Bootable): Promise<Remote> {
  await remote.ask("boot", null, [], from)
  return remote
}

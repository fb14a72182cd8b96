// A worker that makes pictures, started when the first one is wanted.
import type { Asked, Made, Pixels } from "../picture/answering"
import { asset, startWorker } from "./assets"

const MOST_SECONDS = 60

export class Looker {
  private started: Promise<Worker> | undefined
  private next = 0

  constructor(private readonly script: string) {}

  /** Asks the worker; one that says nothing for a minute is ended, and the next picture gets another. */
  async ask(what: Omit<Asked, "id">): Promise<Pixels> {
    this.started ??= this.start()
    const worker = await this.started
    const id = this.next++
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        worker.terminate()
        this.started = undefined
        settle(() => reject(new Error("the picture cannot be shown: its decoder stopped")))
      }
      const timer = setTimeout(fail, MOST_SECONDS * 1000)
      const settle = (done: () => void): void => {
        clearTimeout(timer)
        worker.removeEventListener("message", hear)
        worker.removeEventListener("error", fail)
        done()
      }
      const hear = ({ data }: MessageEvent<Made>): void => {
        if ("id" in data && data.id === id) settle(() => ("error" in data ? reject(new Error(data.error)) : resolve(data)))
      }
      worker.addEventListener("message", hear)
      worker.addEventListener("error", fail)
      worker.postMessage({ id, ...what })
    })
  }

  /** The worker, which the page hands the assets that it needs. */
  private async start(): Promise<Worker> {
    const worker = await startWorker(this.script)
    worker.addEventListener("message", ({ data }: MessageEvent<Made>) => {
      if (!("needs" in data)) return
      const give = (bytes: ArrayBuffer): void => worker.postMessage({ asset: data.needs, bytes }, [bytes])
      void asset(data.needs).then(give, () => give(new ArrayBuffer(0)))
    })
    return worker
  }
}

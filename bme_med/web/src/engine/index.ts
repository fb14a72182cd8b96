// Makes the engine of a browser.
import { proveLock } from "../lock"
import type { Engine } from "../protocol"
import { asset, startWorker } from "./assets"
import { PooledEngine, type Parts } from "./engine"
import { keepForOffline, reloadLocked } from "./offline"
import { boot, poolSize, type Start } from "./pool"
import { Remote, type Answer, type Port, type Question } from "./remote"

export function createEngine(): Engine {
  return new PooledEngine({ prove, load, workers: poolSize() })
}

async function prove(): Promise<void> {
  try {
    await proveLock()
  } catch (error) {
    if (await reloadLocked()) return new Promise(() => undefined)  // until the reload ends this page
    throw error
  }
  void keepForOffline()
}

const load: Parts["load"] = async (onProgress) => {
  onProgress(0, 3, "reading Python")
  const [wasm, stdlib] = await Promise.all([asset("pyodide.asm.wasm").then((bytes) => WebAssembly.compile(bytes)), asset("python_stdlib.zip")])
  onProgress(2, 3, "reading the engine")
  const app = await asset("app.zip")
  const start: Start = async () => boot(new Remote(portOf(await startWorker("worker.js"))), { wasm, stdlib, app })
  return start
}

function portOf(worker: Worker): Port {
  return {
    postMessage: (question: Question) => worker.postMessage(question),
    onAnswer: (hear, fail) => {
      worker.addEventListener("message", (event: MessageEvent<Answer>) => hear(event.data))
      worker.addEventListener("error", (event) => fail(event.message || "the worker could not start"))
      worker.addEventListener("messageerror", () => fail("a message could not be read"))
    },
    terminate: () => worker.terminate(),
  }
}

// The worker of the page: Python, and nothing that could reach a network.
import type { Question } from "./engine/remote"
import { proveLock, removeChannels } from "./lock"
import { serve } from "./worker/serving"
import { workerfs } from "./worker/workerfs"

removeChannels()
const hear = serve(workerfs, proveLock, (answer) => postMessage(answer))
addEventListener("message", (event: MessageEvent<Question>) => hear(event.data))

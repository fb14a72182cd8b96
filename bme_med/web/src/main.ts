// The page.
import "./first"
import { createEngine } from "./engine"

const engine = createEngine()
const said = document.querySelector("main")!
engine.start((done, total, what) => (said.textContent = `${done}/${total} ${what}`)).then(
  async () => (said.textContent = (await engine.profiles()).map(({ title }) => title).join("; ")),
  (error: Error) => (said.textContent = error.message),
)

// The engine of the page in Node, with files from folders and sinks that are some: node run.mjs ASSETS ORDERS
import { mkdirSync, openAsBlob, readdirSync, writeFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { PooledEngine } from "../../bme_med/web/src/engine/engine"
import { boot } from "../../bme_med/web/src/engine/pool"
import { Remote, type Answer } from "../../bme_med/web/src/engine/remote"
import type { Dropped, Engine, Outcome, Sink } from "../../bme_med/web/src/protocol"
import type { Host } from "../../bme_med/web/src/worker/python"
import { serve } from "../../bme_med/web/src/worker/serving"

const assets = process.argv[2]!
const asked = JSON.parse(process.argv[3]!) as readonly Order[]

/** Node has no files that can be read while one waits: Python gets copies. */
function host(): Host {
  let attached: readonly string[] = []
  return {
    indexURL: assets,
    async attach(fs, files) {
      if (!fs.analyzePath("/in").exists) fs.mkdir("/in")
      attached = files.map((_, at) => `/in/${at}`)
      for (const [at, file] of files.entries()) fs.writeFile(attached[at]!, new Uint8Array(await file.arrayBuffer()))
      return attached
    },
    detach: (fs) => attached.forEach((path) => fs.unlink(path)),
  }
}

const remotes: Remote[] = []

async function load() {
  const read = async (name: string) => new Uint8Array(await readFile(join(assets, name))).buffer
  const wasm = await WebAssembly.compile(await read("pyodide.asm.wasm"))
  const from = { wasm, stdlib: await read("python_stdlib.zip"), app: await read("app.zip") }
  return async () => {
    let hear: (answer: Answer) => void
    const ask = serve(host(), async () => undefined, (answer) => setImmediate(() => hear(answer)))
    const remote = new Remote({ postMessage: (question) => ask(question), onAnswer: (to) => (hear = to), terminate: () => undefined })
    remotes.push(remote)
    return boot(remote, from)
  }
}

async function* walk(folder: string, name = ""): AsyncGenerator<Dropped> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const [path, below] = [join(folder, entry.name), name ? `${name}/${entry.name}` : entry.name]
    if (entry.isDirectory()) yield* walk(path, below)
    else yield { name: below, file: new File([await openAsBlob(path)], entry.name) }
  }
}

interface Order {
  readonly input: string
  readonly out: string
  readonly profile: string
  readonly key: string
  readonly boxes?: string
  readonly audit: string   // where the audit of this run goes
  readonly earlier?: string  // where that of an earlier try lies
  readonly most?: number  // stop after so many files
  readonly look?: boolean  // also look at the folder and at each file
}

function sinkTo(out: string): Sink {
  return {
    async write(path, parts) {
      const target = join(out, path)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, new Uint8Array(await new Blob([...parts]).arrayBuffer()), { flag: "wx" })
    },
    async close() {},
    async abort() {},
  }
}

async function work(engine: Engine, order: Order) {
  const files: Dropped[] = []
  for await (const file of walk(order.input)) files.push(file)
  const stopping = new AbortController()
  const outcomes: Outcome[] = []
  const options = {
    profile: order.profile,
    key: new Uint8Array(Buffer.from(order.key, "hex")),
    boxes: order.boxes ?? "",
    earlier: order.earlier ? new Blob([await readFile(order.earlier)]) : null,
  }
  const before = process.cpuUsage()
  const summary = await engine.run(files, options, sinkTo(order.out), (outcome) => {
    outcomes.push(outcome)
    if (outcomes.length === order.most) stopping.abort()
  }, stopping.signal)
  const { user, system } = process.cpuUsage(before)
  writeFileSync(order.audit, await summary.audit.text())
  const looked = order.look ? {
    series: await engine.survey(files, order.profile),
    inspections: await Promise.all(files.map((file) => engine.inspect(file, order.profile))),
  } : {}
  const heap = Math.max(...remotes.map((remote) => remote.heap))
  return { cpuSeconds: (user + system) / 1e6, heap, outcomes, summary: { ...summary, report: await summary.report.text() }, ...looked }
}

const engine = new PooledEngine({ prove: async () => undefined, load, workers: 1 })
const idle = process.cpuUsage()
await engine.start(() => undefined)
const { user, system } = process.cpuUsage(idle)
const done = []
for (const order of asked) done.push(await work(engine, order))
process.stdout.write(JSON.stringify({ startSeconds: (user + system) / 1e6, profiles: await engine.profiles(), done }), () => process.exit(0))

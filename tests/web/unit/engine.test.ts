import assert from "node:assert/strict"
import { test } from "node:test"
import { PooledEngine } from "../../../bme_med/web/src/engine/engine"
import { Remote, type Answer, type Question } from "../../../bme_med/web/src/engine/remote"
import type { Dropped, Outcome, Sink } from "../../../bme_med/web/src/protocol"

const ORDER = { profile: "p", key: null, boxes: "", earlier: null }
const files = (count: number): Dropped[] => Array.from({ length: count }, (_, n) => ({ name: `f${String(n).padStart(3, "0")}`, file: new File(["x"], "x") }))

/** Workers that answer as Python does, but for what `behave` says; what they were asked is kept. */
class Fakes {
  started = 0
  readonly asked: { worker: number; op: string; names: readonly string[] }[] = []

  constructor(private readonly behave: (op: string, names: readonly string[], worker: number) => Partial<Answer> | undefined = () => undefined) {}

  readonly load = async () => async () => {
    const worker = this.started++
    let hear: (answer: Answer) => void
    const port = {
      postMessage: (question: Question) => setTimeout(() => hear({ ...this.answer(question, worker), id: question.id }), 1),
      onAnswer: (to: (answer: Answer) => void) => { hear = to },
      terminate: () => undefined,
    }
    return new Remote(port)
  }

  private answer({ op, text, files: given }: Question, worker: number): Omit<Answer, "id"> {
    const args = JSON.parse(text) as { name?: string; names?: string[] }
    const names = args.names ?? (args.name ? [args.name] : [])
    this.asked.push({ worker, op, names })
    const values: Record<string, unknown> = {
      owners: given.map(() => null),
      begin: { order: names.map((_, at) => at), patients: [] },
      plan: { status: "written", output_sha256: "aa", findings: [] },
      judge: { status: "written", reason: "", output: `out/${args.name}` },
      finish: { found: 0, written: 0, refused: 0, skipped: 0, audit: "", report: "" },
    }
    return { text: JSON.stringify({ value: values[op] ?? null }), parts: op === "plan" ? ["x"] : [], heap: 0, lost: "", ...this.behave(op, names, worker) }
  }
}

async function run(fakes: Fakes, dropped: Dropped[], sink: Partial<Sink> = {}, signal = new AbortController().signal, seen: Outcome[] = []) {
  const engine = new PooledEngine({ prove: async () => undefined, load: fakes.load, workers: 2 })
  await engine.start(() => undefined)
  const whole: Sink = { write: async () => undefined, close: async () => undefined, abort: async () => undefined, ...sink }
  return engine.run(dropped, ORDER, whole, (outcome) => seen.push(outcome), signal)
}

test("files are judged and told in the order of their names, whoever is ready first", async () => {
  const fakes = new Fakes()
  const seen: Outcome[] = []
  await run(fakes, files(50), { write: () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5)) }, undefined, seen)
  const judged = fakes.asked.filter(({ op }) => op === "judge").flatMap(({ names }) => names)
  assert.deepEqual(judged, files(50).map(({ name }) => name))
  assert.deepEqual(seen.map(({ name }) => name), judged)
  assert.ok(new Set(fakes.asked.filter(({ op }) => op === "plan").map(({ worker }) => worker)).size > 1)
})

test("a file that its worker dies of is refused, and the others are done by the next worker", async () => {
  const said: string[] = []
  const fakes = new Fakes((op, names) => {
    if (op === "judge") said.push(names[0]!)
    return op === "plan" && names[0] === "f003" ? { lost: "memory" } : undefined
  })
  const seen: Outcome[] = []
  await run(fakes, files(10), {}, undefined, seen)
  assert.equal(seen.length, 10)
  assert.equal(said.length, 10)
  assert.ok(fakes.started >= 3)
})

test("a first look that a worker dies of is taken again, file by file", async () => {
  const fakes = new Fakes((op, names) => (op === "owners" && names.includes("f070") ? { lost: "memory" } : undefined))
  const seen: Outcome[] = []
  await run(fakes, files(100), {}, undefined, seen)
  assert.equal(seen.length, 100)
})

test("a worker whose memory has grown is replaced, and the new one knows the run", async () => {
  const fakes = new Fakes((op, _, worker) => (op === "plan" && worker < 3 ? { heap: 2 ** 30 } : undefined))
  const seen: Outcome[] = []
  await run(fakes, files(20), {}, undefined, seen)
  assert.equal(seen.length, 20)
  assert.ok(fakes.started > 3)
  for (const worker of new Set(fakes.asked.filter(({ op }) => op === "plan").map(({ worker: one }) => one))) {
    const ops = fakes.asked.filter(({ worker: one }) => one === worker).map(({ op }) => op)
    assert.ok(ops.indexOf("open") >= 0 && ops.indexOf("open") < ops.indexOf("plan"))
  }
})

test("where an output cannot be written the run stops, and commits nothing behind it", async () => {
  const fakes = new Fakes()
  const seen: Outcome[] = []
  const summary = await run(fakes, files(60), { write: async (path) => { if (path.endsWith("f005")) throw new DOMException("full", "QuotaExceededError") } }, undefined, seen)
  assert.match(summary.stopped, /QuotaExceededError/)
  assert.deepEqual(seen.map(({ name }) => name), ["f000", "f001", "f002", "f003", "f004"])
  assert.equal(fakes.asked.filter(({ op }) => op === "commit").length, 5)
})

test("what was written when the user stops stands in the audit", async () => {
  const fakes = new Fakes()
  const stopping = new AbortController()
  const seen: Outcome[] = []
  let written = 0
  const write = async (path: string): Promise<void> => {
    if (path.endsWith("f010")) stopping.abort()
    await new Promise((resolve) => setTimeout(resolve, 5))
    written++
  }
  const summary = await run(fakes, files(60), { write }, stopping.signal, seen)
  assert.ok(summary.stopped)
  assert.ok(seen.length > 10 && seen.length < 60)
  assert.equal(seen.length, written)
})

test("after a run no worker holds its key", async () => {
  const fakes = new Fakes()
  await run(fakes, files(3))
  const opened = fakes.asked.filter(({ op }) => op === "open" || op === "begin").map(({ worker }) => worker)
  const closed = fakes.asked.filter(({ op }) => op === "close").map(({ worker }) => worker)
  assert.deepEqual(new Set(closed), new Set([...opened, ...closed]))
})

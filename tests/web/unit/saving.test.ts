import assert from "node:assert/strict"
import { test } from "node:test"
import type { Dropped, Engine, Outcome, Sink, Summary } from "../../../bme_med/web/src/protocol"
import { Job } from "../../../bme_med/web/src/ui/saving/job"
import { partsOf, ZipSink } from "../../../bme_med/web/src/ui/saving/sinks"

const FILES: Dropped[] = ["a", "b", "c"].map(name => ({ name, file: new File([], name) }))
const outcome = (name: string, status: Outcome["status"]): Outcome => ({ name, status, reason: "", output: name, sha256: "", findings: [] })
const summary = (stopped: string): Summary =>
  ({ found: 3, written: 0, refused: 0, skipped: 0, stopped, audit: new Blob(), auditName: "", report: new Blob() })
const nowhere: Sink = { write: async () => undefined, close: async () => undefined, abort: async () => undefined }

test("no output leads out of its folder", () => {
  for (const path of ["", "/a", "a//b", "../a", "a/../b", "a/.", "a\\b", "a\0"]) assert.throws(() => partsOf(path))
  assert.deepEqual(partsOf("p/s/1.dcm"), ["p", "s", "1.dcm"])
})

test("a ZIP holds every member once, and waits for the reader", async () => {
  const sink = new ZipSink()
  for (const name of ["x/1", "x/2", "3"]) await sink.write(name, [new TextEncoder().encode(name)])
  await sink.close()
  const zip = Buffer.from(await (await sink.zip).arrayBuffer())
  assert.equal(zip.toString("latin1").split("PK\x01\x02").length, 4)
  await sink.close()
})

test("after a stop the job goes on with the same random key, and erases it when it is complete", async () => {
  const seen: { key: Uint8Array; earlier: Blob | null }[] = []
  const stopped = summary("disk full")
  const engine = {
    run: async (_: unknown, options: { key: Uint8Array; earlier: Blob | null }, __: Sink, on: (one: Outcome, done: number, total: number) => void) => {
      seen.push({ key: options.key.slice(), earlier: options.earlier })
      if (seen.length === 1) {
        on(outcome("a", "written"), 1, 3)
        return stopped
      }
      on(outcome("b", "written"), 2, 3)
      on(outcome("c", "refused"), 3, 3)
      return summary("")
    },
  } as unknown as Engine
  const job = new Job(engine, FILES, { profile: "p", key: null, boxes: "" }, () => undefined)
  await job.run(nowhere)
  assert.equal(job.state, "stopped")
  await job.run(nowhere)
  assert.equal(job.state, "complete")
  assert.deepEqual(seen[1], { key: seen[0]?.key, earlier: stopped.audit })
  assert.ok(seen[0]?.key.some(byte => byte !== 0))
  assert.deepEqual([job.count("written"), job.count("refused"), job.count("skipped")], [2, 1, 0])
  const kept = Reflect.get(job, "key") as Uint8Array
  assert.ok(kept.every(byte => byte === 0))
})

test("a key from a file is not erased with the job", async () => {
  const key = new Uint8Array(32).fill(7)
  const job = new Job({ run: async () => summary("") } as unknown as Engine, FILES, { profile: "p", key, boxes: "" }, () => undefined)
  await job.run(nowhere)
  assert.ok(key.every(byte => byte === 7))
})

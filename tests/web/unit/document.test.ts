import assert from "node:assert/strict"
import { test } from "node:test"
import {
  added, countFor, isOneName, isOnFrame, lastOf, placedOn, readRules, reassigned, removed, replaced, targetOf, unseen, writeRules, type Rules, type Target,
} from "../../../bme_med/web/src/ui/boxes/document"

const SIZE = { columns: 100, rows: 100 }
const FILE: Target = { kind: "file", name: "ward/a.dcm" }
const SERIES: Target = { kind: "series", uid: "1.2.3" }
const BOX = { x: 1, y: 2, w: 3, h: 4 }
const DEVICE: Rules = [{ match: { Manufacturer: "~ZIEHM", Rows: 1024 }, boxes: [BOX] }, { boxes: [BOX] }, { match: { path: "films/**/*.dcm" }, boxes: [BOX] }]

test("boxes for one file stand together, and those for a series apart", () => {
  const rules = added(added(added([], FILE, BOX), SERIES, BOX), FILE, { ...BOX, x: 9 })
  assert.deepEqual(rules, [
    { match: { path: "ward/a.dcm" }, boxes: [BOX, { ...BOX, x: 9 }] },
    { match: { SeriesInstanceUID: "1.2.3" }, boxes: [BOX] },
  ])
  assert.deepEqual(lastOf(rules, FILE), { rule: 0, box: 1 })
})

test("what is written is read back, and no box is no file", () => {
  const rules = added(DEVICE, FILE, { ...BOX, frames: "1-4,9" })
  assert.deepEqual(readRules(writeRules(rules)), rules)
  assert.equal(writeRules([]), "")
})

test("rules by device, pattern or for all are kept as they are, and counted as unseen", () => {
  assert.equal(unseen(DEVICE), 3)
  const rules = removed(added(DEVICE, FILE, BOX), { rule: 3, box: 0 })
  assert.deepEqual(rules, DEVICE)
  assert.deepEqual(placedOn(DEVICE, "films/x.dcm", "1.2.3", 1, SIZE), [])
})

test("a file shows its own boxes and those of its series, and no other's", () => {
  const rules = added(added([], FILE, BOX), SERIES, BOX)
  assert.equal(placedOn(rules, "ward/a.dcm", "1.2.3", 1, SIZE).length, 2)
  assert.equal(placedOn(rules, "ward/b.dcm", "1.2.3", 1, SIZE).length, 1)
  assert.equal(placedOn(rules, "ward/b.dcm", "", 1, SIZE).length, 0)
  assert.equal(countFor(rules, "ward/a.dcm", "1.2.3"), 2)
})

test("boxes of one frame are on that frame alone", () => {
  const rules = added([], FILE, { ...BOX, frames: "1-4,9" })
  const shown = [1, 4, 5, 9, 10].map(frame => placedOn(rules, FILE.name, "", frame, SIZE).length)
  assert.deepEqual(shown, [1, 1, 0, 1, 0])
  assert.ok(isOnFrame(7, 7) && isOnFrame("all", 3) && isOnFrame(undefined, 3) && !isOnFrame(7, 77))
})

test("a path is the same however its accents are composed", () => {
  const rules = added([], { kind: "file", name: "Mu\u0308ller.jpg" }, BOX)
  assert.equal(placedOn(rules, "M\u00fcller.jpg", "", 1, SIZE).length, 1)
  assert.deepEqual(targetOf({ match: { path: "./a/" }, boxes: [BOX] }), { kind: "file", name: "a" })
})

test("a name that a boxes file would read as a pattern is not taken for one file", () => {
  assert.ok(!isOneName("what?.jpg") && !isOneName("*.jpg") && isOneName("what!.jpg"))
  assert.equal(targetOf({ match: { SeriesInstanceUID: "~1.2" }, boxes: [BOX] }), null)
})

test("a box that is for something else now stands there once", () => {
  const one = added([], FILE, BOX)
  const { rules, place } = reassigned(one, { rule: 0, box: 0 }, SERIES, { ...BOX, x: 5 })
  assert.deepEqual(rules, [{ match: { SeriesInstanceUID: "1.2.3" }, boxes: [{ ...BOX, x: 5 }] }])
  assert.deepEqual(place, { rule: 0, box: 0 })
  assert.deepEqual(reassigned(one, { rule: 0, box: 0 }, FILE, { ...BOX, frames: 2 }).rules[0]?.boxes, [{ ...BOX, frames: 2 }])
})

test("nothing is changed in place", () => {
  const rules = added([], FILE, BOX)
  const copy = structuredClone(rules)
  replaced(rules, { rule: 0, box: 0 }, { ...BOX, x: 50 })
  removed(rules, { rule: 0, box: 0 })
  assert.deepEqual(rules, copy)
})

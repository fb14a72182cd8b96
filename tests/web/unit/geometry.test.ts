import assert from "node:assert/strict"
import { test } from "node:test"
import { HANDLES, middle, moved, numbersOf, regionBetween, regionOf, resized, type Region } from "../../../bme_med/web/src/ui/boxes/geometry"

const SIZE = { columns: 640, rows: 480 }
const inside = (region: Region): boolean =>
  region.left >= 0 && region.top >= 0 && region.width >= 1 && region.height >= 1 &&
  region.left + region.width <= SIZE.columns && region.top + region.height <= SIZE.rows

test("numbers below zero count from the far edge, as on the command line", () => {
  assert.deepEqual(regionOf({ x: -200, y: 0, w: 0, h: 50 }, SIZE), { left: 440, top: 0, width: 200, height: 50 })
  assert.deepEqual(regionOf({ x: 0, y: -40, w: -10, h: 0 }, SIZE), { left: 0, top: 440, width: 630, height: 40 })
  assert.deepEqual(regionOf({ x: 600, y: 470, w: 100, h: 100 }, SIZE), { left: 600, top: 470, width: 40, height: 10 })
})

test("a box beyond the picture is empty", () => {
  assert.equal(regionOf({ x: 700, y: 0, w: 10, h: 10 }, SIZE).width, 0)
})

test("a drawn box covers every pixel that the pointer touched, whichever way it went", () => {
  const expected = { left: 10, top: 20, width: 11, height: 6 }
  assert.deepEqual(regionBetween({ x: 10.2, y: 20.9 }, { x: 20.1, y: 25.5 }, SIZE), expected)
  assert.deepEqual(regionBetween({ x: 20.1, y: 25.5 }, { x: 10.2, y: 20.9 }, SIZE), expected)
})

test("whatever the pointer does, a box stays inside and keeps a pixel", () => {
  const far = [-1e6, -7.5, 0, 0.4, 3, 639.9, 1e6]
  for (const x of far) for (const y of far) {
    assert.ok(inside(regionBetween({ x, y }, { x: y, y: x }, SIZE)))
    const box = { left: 600, top: 3, width: 40, height: 1 }
    assert.ok(inside(moved(box, { x, y }, SIZE)))
    assert.equal(moved(box, { x, y }, SIZE).width, 40)
    for (const handle of HANDLES) assert.ok(inside(resized(box, handle, { x, y }, SIZE)))
  }
})

test("a handle moves its own edges alone", () => {
  const box = { left: 100, top: 100, width: 50, height: 50 }
  assert.deepEqual(resized(box, { x: -1, y: 0 }, { x: 10, y: 99 }, SIZE), { left: 110, top: 100, width: 40, height: 50 })
  assert.deepEqual(resized(box, { x: 1, y: 1 }, { x: 5, y: -5 }, SIZE), { left: 100, top: 100, width: 55, height: 45 })
})

test("the keyboard's first box lies inside the smallest picture", () => {
  assert.deepEqual(middle({ columns: 1, rows: 1 }), { left: 0, top: 0, width: 1, height: 1 })
  assert.deepEqual(regionOf(numbersOf(middle(SIZE)), SIZE), middle(SIZE))
})

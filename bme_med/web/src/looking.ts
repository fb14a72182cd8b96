// The worker that makes pictures for the screen.
import { framePixels, photoPixels } from "./picture"
import { answerQuestions } from "./picture/answering"

answerQuestions(async ({ frame, photo }, load) => {
  if (!frame) return photoPixels(photo!.file, photo!.format)
  return { rows: frame.view.rows, columns: frame.view.columns, pixels: await framePixels(frame.view, frame.bytes, load) }
})

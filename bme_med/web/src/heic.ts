// The worker that decodes HEIC where the browser does not.
import { heicPixels } from "./picture/heic"
import { answerQuestions } from "./picture/answering"

answerQuestions(({ photo }, load) => heicPixels(photo!.file, load))

// Files of a question as Python opens them: read where they are, never copied as a whole (Emscripten's WORKERFS).
import { MEMORY, type Host } from "./python"

const FOLDER = "/in"
let isMounted = false

export const workerfs: Host = {
  indexURL: MEMORY,
  attach(fs, files) {
    if (!fs.analyzePath(FOLDER).exists) fs.mkdir(FOLDER)
    const blobs = files.map((data, at) => ({ name: String(at), data }))
    fs.mount(fs.filesystems.WORKERFS, { blobs }, FOLDER)
    isMounted = true
    return files.map((_, at) => `${FOLDER}/${at}`)
  },
  detach(fs) {
    if (isMounted) fs.unmount(FOLDER)
    isMounted = false
  },
}

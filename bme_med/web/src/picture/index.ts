// One frame of an instance, or a photo, as a screen shows it; never for output.
export type { Load } from "./codecs"
export { framePixels } from "./dicom"
export { photoPixels } from "./photo"
export { Unseen, type FrameView } from "./view"

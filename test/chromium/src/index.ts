export { findChromium } from './find.ts'
export { type Chromium, launchChromium } from './launch.ts'

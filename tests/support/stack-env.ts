import { readTestEnvironment, type TestEnvironment } from '../../stack/test-environment.ts';

let environment: TestEnvironment | undefined;

/** The addresses of the stack the test runner started for this run; a clear refusal where there is none. */
export function stackEnv(): TestEnvironment {
  environment ??= readTestEnvironment();
  return environment;
}

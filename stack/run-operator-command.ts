import { assertEnvironment } from '../runtime/assert-environment.ts';
import { describeError } from './describe-error.ts';

/** An operator's command: ends with 2 where its arguments cannot be read, with 1 where its work fails. */
export async function runOperatorCommand<Arguments>(command: {
  usage: string;
  readArguments: () => Arguments;
  work: (wanted: Arguments) => Promise<void>;
}): Promise<void> {
  let wanted: Arguments;
  try {
    wanted = command.readArguments();
  } catch (error) {
    console.error(`${describeError(error)}. ${command.usage}`);
    process.exit(2);
  }
  try {
    assertEnvironment();
    await command.work(wanted);
  } catch (error) {
    console.error(describeError(error));
    process.exit(1);
  }
}

import { hash, parseOptions, verify } from '@node-rs/argon2';
import { DomainError } from '../../domain/errors.ts';

/** OWASP's least for argon2id: 19 MiB, two passes, one lane. The package's default algorithm is argon2id. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const runningMax = 4;
const waitingMax = 32;

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Null in place of a hash takes as long as a wrong password, and is false. */
  verify(stored: string | null, password: string): Promise<boolean>;
  /** Made with other parameters than today's: to be made anew when the password is next known. */
  isOutdated(stored: string): boolean;
}

/** Memory and processor are bounded: a few at a time, others wait, and beyond that `overloaded` is thrown. */
export function createPasswordHasher(): PasswordHasher {
  const run = createSemaphore();
  let standIn: Promise<string> | undefined;
  // Compatibility forms of one character are typed differently on different keyboards (NIST SP 800-63B §5.1.1.2).
  const normalize = (password: string) => password.normalize('NFKC');
  return {
    hash: (password) => run(() => hash(normalize(password), parameters)),
    async verify(stored, password) {
      standIn ??= hash('nobody’s password', parameters);
      const against = stored ?? (await standIn);
      const isRight = await run(() => verify(against, normalize(password)));
      return isRight && stored !== null;
    },
    isOutdated(stored) {
      const { memoryCost, timeCost, parallelism } = parseOptions(stored);
      const now = [parameters.memoryCost, parameters.timeCost, parameters.parallelism];
      return [memoryCost, timeCost, parallelism].some((cost, index) => cost !== now[index]);
    },
  };
}

function createSemaphore(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= runningMax) {
      if (waiting.length >= waitingMax) throw new DomainError('overloaded', 'Too many are signing in; try again.');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody who comes between takes it.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

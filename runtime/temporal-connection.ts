import { Client, Connection } from '@temporalio/client';

const temporalServerVersionMin = '1.32.0';

export type TemporalConnection = {
  connection: Connection;
  client: Client;
  /** Rejects when the server is away or too old; made for `/health/ready`. */
  check(): Promise<void>;
  close(): Promise<void>;
};

export function isVersionAtLeast(version: string, minimum: string): boolean {
  const parts = (text: string): number[] => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const actual = parts(version);
  for (const [index, wanted] of parts(minimum).entries()) {
    const part = actual[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

export async function assertTemporalVersion(connection: Connection): Promise<void> {
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  if (!serverVersion || !isVersionAtLeast(serverVersion, temporalServerVersionMin)) {
    throw new Error(
      `Temporal server ${temporalServerVersionMin} or newer is needed and this one is ${serverVersion || 'unknown'}.`,
    );
  }
}

/** Connects when first used, and again whenever the server is back: what does not need it starts and answers without it. */
export function connectTemporalLazily(options: { address: string; namespace: string }): TemporalConnection {
  const connection = Connection.lazy({ address: options.address });
  return {
    connection,
    client: new Client({ connection, namespace: options.namespace }),
    check: () => connection.withDeadline(Date.now() + 2_000, () => assertTemporalVersion(connection)),
    close: () => connection.close(),
  };
}

export async function connectTemporal(options: {
  address: string;
  namespace: string;
  connectTimeoutMs?: number;
}): Promise<TemporalConnection> {
  const temporal = connectTemporalLazily(options);
  const { connection } = temporal;
  try {
    await connection.withDeadline(Date.now() + (options.connectTimeoutMs ?? 10_000), () =>
      assertTemporalVersion(connection),
    );
    return temporal;
  } catch (error) {
    await temporal.close();
    throw error;
  }
}

import { describeError } from '../describe-error.ts';
import { type ComponentName, type ComponentSetting, outsideVariables, type PreparedComponent } from './component.ts';
import { prepareKafka } from './kafka.ts';
import { checkKafka } from './kafka-broker.ts';
import { checkPostgres, preparePostgres } from './postgres.ts';
import { pingRedis, prepareRedis } from './redis.ts';
import { ensureTemporalNamespace, prepareTemporal } from './temporal.ts';

export { temporalNamespace } from './temporal.ts';

export type ComponentAddresses = {
  /** The owner's role: migrations and commands only. */
  databaseUrl: string;
  temporalAddress: string;
  /** Empty where an outside Temporal did not say where its UI is. */
  temporalUiUrl: string;
  kafkaBrokers: string[];
  redisUrl: string;
};

type Prepare = (setting: ComponentSetting) => Promise<PreparedComponent<Partial<ComponentAddresses>>>;

export const prepareComponent: Record<ComponentName, Prepare> = {
  postgres: preparePostgres,
  temporal: prepareTemporal,
  kafka: prepareKafka,
  redis: prepareRedis,
};

const useAddress: Record<ComponentName, (address: string) => Promise<Partial<ComponentAddresses>>> = {
  async postgres(address) {
    await checkPostgres(address);
    return { databaseUrl: address };
  },
  async temporal(address) {
    await ensureTemporalNamespace(address);
    return { temporalAddress: address, temporalUiUrl: process.env['REDCORE_EXTERNAL_TEMPORAL_UI_URL'] ?? '' };
  },
  async kafka(address) {
    const kafkaBrokers = address.split(',').map((broker) => broker.trim());
    await checkKafka(kafkaBrokers);
    return { kafkaBrokers };
  },
  async redis(address) {
    await pingRedis(address);
    return { redisUrl: address };
  },
};

export async function useOutside(name: ComponentName, address: string): Promise<Partial<ComponentAddresses>> {
  try {
    return await useAddress[name](address);
  } catch (error) {
    const reason = describeError(error);
    throw new Error(`${name} does not answer at ${outsideVariables[name]} (${reason}).`, { cause: error });
  }
}

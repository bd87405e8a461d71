import { describeEventBusContract } from '../contract.ts';
import { createMemoryEventBus } from './memory-event-bus.ts';

describeEventBusContract('in memory', async () => {
  const bus = createMemoryEventBus();
  return { bus, close: () => bus.close() };
});

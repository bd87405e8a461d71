/** Works on all of them in their order, so many side by side. After a failure none is begun, and those under way are awaited. */
export async function inLanes<Item>(
  items: readonly Item[],
  laneCount: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    try {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
    } finally {
      // Only a failure leaves any.
      waiting.length = 0;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: laneCount }, lane));
  const failure = lanes.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { newIntentKey } from '../rest/client.ts';
import { endsIntention, isOvertaken } from '../rest/intention.ts';

/** One idempotency key for as long as the outcome is not known, whatever is corrected meanwhile. */
export function useIntentKey(): { key: string; onProblem: (error: unknown) => void } {
  const client = useQueryClient();
  const [key, setKey] = useState(newIntentKey);
  return {
    key,
    onProblem(error) {
      if (endsIntention(error)) setKey(newIntentKey());
      if (isOvertaken(error)) void client.invalidateQueries();
    },
  };
}

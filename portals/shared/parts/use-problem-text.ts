import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../rest/problem.ts';

/** A refusal in the reader's language; one that has no text of its own speaks as the interface does. */
export function useProblemText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (error) => {
      const problem = asProblem(error);
      const key = `problem.code.${problem.code}`;
      return i18n.exists(key) ? t(key) : problem.message;
    },
    [t, i18n],
  );
}

import { NativeSelect, type NativeSelectProps } from '@mantine/core';
import type { ReactNode } from 'react';

/** One of some, or every one of them: then nothing is filtered by it. */
export function ChoiceFilter<Choice extends string>(
  props: {
    label: string;
    every: string;
    choices: readonly Choice[];
    nameOf: (choice: Choice) => string;
    value: Choice | undefined;
    onChange: (value: string) => void;
  } & Pick<NativeSelectProps, 'w' | 'mb'>,
): ReactNode {
  const { every, choices, nameOf, value, onChange, ...rest } = props;
  return (
    <NativeSelect
      {...rest}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      data={[{ value: '', label: every }, ...choices.map((choice) => ({ value: choice, label: nameOf(choice) }))]}
    />
  );
}

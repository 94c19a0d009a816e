import { expect } from 'vitest';
import { Model } from './stage/model';
import { trial } from './stage/trial';

trial('what a language model says is read as it is said, and can be stopped halfway', async (stage) => {
  const model = await Model.behind(stage.stagehand);
  const ada = await stage.newcomer();
  await ada.isConnected();
  const panel = await ada.openAssistant();
  const says = (words: string) => panel.getByRole('log').getByText(words, { exact: true });

  await ada.tellAssistant('How are the ferns?');
  const first = await model.isAsked();
  first.say('They are dry,');
  await says('They are dry,').waitFor();
  first.end(' and want water.');
  await says('They are dry, and want water.').waitFor();

  await ada.tellAssistant('And the roses?');
  const second = await model.isAsked();
  second.say('The roses');
  await says('The roses').waitFor();
  await panel.getByRole('button', { name: 'Stop', exact: true }).click();
  await says('Stopped. What was already done stays done.').waitFor();
  await expect.poll(() => second.isLeft).toBe(true);

  // What had come stays, and the conversation goes on.
  await ada.tellAssistant('Never mind');
  const third = await model.isAsked();
  third.end('As you wish.');
  await says('As you wish.').waitFor();
  await says('The roses').waitFor();
});

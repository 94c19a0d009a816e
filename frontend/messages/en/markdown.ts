/** What people hear of answers and notes beside what stands in them, in English. */
export const markdown = {
  code: 'Code',
  ticked: 'Done:',
  unticked: 'To do:',
};

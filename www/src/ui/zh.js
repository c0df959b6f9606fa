// @ts-check
/** What the parts say that several panels use. @type {import('../i18n/index.js').Table} */
export default {
  invite: '写一个数字',
  'invite.over': '在这里手写',
  'sheet.empty': '手写区，空白。请写一个数字，或使用留出集数字。',
  'sheet.example': '手写区，示例为{name}。落笔后即被替换。',
  'sheet.image': '手写区，显示{name}。',
  'label.symbol': '你的符号',
  'label.by.person': '由你指定',
  'label.by.data': '原有标签',
  'label.by.guess': '模型的猜测',
  'sheet.strokes': '手写区，共 {n} 笔。',
};

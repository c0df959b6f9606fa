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

  'source.tools': '数字的来源',
  'source.undo': '撤销',
  'source.clear': '清除',
  'source.heldOut': '换一个留出集数字',
  'source.drawing': '你写的数字',
  'source.digit': '留出集数字 {i}',
  'source.labelled': '留出集数字 {i}（标签 {label}）',
  'source.failed': '没有取到数字，请重试。',
  'use.again': '重试',
  'use.loading': '{what}：{part:percent}',
  'use.fetching': '正在下载模型：{done:bytes}',
  'use.fetchingOf': '正在下载模型：{done:bytes}，共 {total:bytes}',
  'use.silent': '本章的引擎没有应答：网络较慢，或被浏览器拦截。',
};

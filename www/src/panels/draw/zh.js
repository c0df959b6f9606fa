// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '手写',
  'caption.best':
    '你的笔迹会变成 28 × 28 的图像，由预训练模型[[encoder|编码]]，再[[decoder|解码]]出[[reconstruction|重建图像]]。',
  'caption.yours':
    '你的笔迹会变成 28 × 28 的图像，由你的模型[[encoder|编码]]，再[[decoder|解码]]出[[reconstruction|重建图像]]。',
  'caption.free':
    '你的笔迹会变成 28 × 28 的图像。你的模型没有[[encoder|编码器]]，因此先搜索[[code|编码]]，再[[decoder|解码]]出图像。',
  'caption.untrained': '你的笔迹会变成 28 × 28 的图像。你的模型尚未训练，[[reconstruction|重建图像]]只是噪声。',

  tools: '手写工具',
  undo: '撤销',
  clear: '清空',
  pen: '笔宽',
  useHeldOut: '用留出集数字',
  anotherHeldOut: '换留出集数字',

  input: '输入',
  output: '重建',
  'input.none': '网络输入：尚无',
  'input.drawing': '网络输入：你的手写数字，28 × 28 像素',
  'input.heldOut': '网络输入：留出集数字 {i}，28 × 28 像素',
  'output.none': '重建：尚无',
  'output.drawing': '你的手写数字的重建',
  'output.heldOut': '留出集数字 {i} 的重建',

  useAsA: '设为 **A**',
  useAsB: '设为 **B**',
  pickName: '你的手写数字',
  'pickName.heldOut': '留出集数字 {i}',

  label: '标签',
  add: '加入数字集',
  'add.empty': '先写一个数字，才能加入。',
  'add.heldOut': '留出集数字不能加入你的数字集。',
  'add.label': '选择标签后即可加入。',
  added: '已加入，标签为 {label}。你的数字集现有 {n} 个数字。',
  open: '我的数字集',
  count: '{n}',

  'set.title': '我的数字集',
  'set.caption': '你手写的数字，保存在此浏览器中。点击数字即可移除。在“数据”面板中可将它们混入训练集。',
  'set.empty': '还没有数字。写一个数字，选择标签，然后加入。',
  'set.digits': '我的数字集中的数字。点击可移除。',
  'set.digit': '数字 {label}：点击可移除',
  'set.range': '第 {from} 至 {to} 个，共 {all} 个，按时间从早到晚',
  'set.older': '较早',
  'set.newer': '较新',
  'set.removed': '已移除一个标签为 {label} 的数字。',
  'set.cleared': '已移除 {n} 个数字。关闭页面之前可以撤销。',
  'set.restored': '已恢复。',
  'set.saved': '已保存为 {name}。',
  'set.images': '保存图像',
  'set.images.help': 'IDX 文件。至少有 20 个数字时，可在“数据”面板的“本地文件…”中重新加载',
  'set.labels': '保存标签',
  'set.labels.help': '与图像对应的 IDX 标签文件',
  'set.close': '关闭',
};

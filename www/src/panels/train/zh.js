// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '训练',
  caption: '每一[[step|步]]都调整[[parameters|权重]]以降低[[loss|损失]]。[[held-out|留出集]]数字从不参与训练。',

  unit: '[[nats|奈特]]/图像',
  legend: '最新损失（每张图像的奈特数）',
  nats: '{value:nats}',
  total: '[[loss|总损失]]',
  'total.help': '训练损失：重建误差 + β × KL 散度',
  'total.help.free': '训练损失：重建误差 + β × |z|²/2',
  reconstruction: '[[reconstruction|重建误差]]',
  'reconstruction.help': '图像与其重建之间的交叉熵，对所有像素求和',
  heldOutTotal: '[[held-out|留出集总损失]]',
  'heldOutTotal.help': '固定的 {n} 张留出集图像上的平均总损失',
  kl: '[[kl|KL 散度]]',
  'kl.help': '后验 q(z|x) 到标准正态先验的 KL 散度',
  free: '|z|²/2',
  'free.help': '编码长度平方的一半。该预设没有编码器，因此没有 KL 散度。',

  logScale: '对数坐标',
  steps: '步',
  'chart.losses': '损失随训练步数的变化：{total}；{heldOut}',
  'chart.second': '随训练步数的变化：{range}',
  'chart.range': '{name}（{first:nats} 到 {last:nats} 奈特）',
  'chart.unknown': '{name}（尚未测量）',
  'chart.total': '总损失',
  'chart.heldOut': '留出集总损失',

  'empty.loading': '正在加载…',
  'empty.failed': '引擎已停止，还没有损失曲线。',
  'empty.start': '点击“开始”，损失曲线将显示在这里。',
  'empty.running': '正在训练，损失曲线即将显示。',
  'empty.opened': '该模型已训练 {step} 步，继续训练后才会显示曲线。',

  'heldOut.above': '留出集',
  'heldOut.below': '重建',
  'heldOut.row': '上排为留出集数字，下排为其重建。点击其中一个，用于插值。',
  'heldOut.digit': '留出集数字 {i} 及其重建',
  'heldOut.pickName': '留出集数字 {i}',

  dismiss: '知道了',

  undo: '恢复第 {step} 步的模型',
  save: '保存',
  'save.help': '将权重、优化器状态和训练进度下载为 safetensors 文件',
  open: '打开…',
  'open.help': '打开之前在这里保存的模型，并在当前数据上继续训练。也可以将文件拖放到页面上。',
  'open.label': '模型文件',
  saved: '已保存为 {name}（{size:bytes}）。',
};

// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  picked: '工作台的插值面板已将{name}设为 {slot}。',
  title: '潜空间地图',
  caption: '潜变量只有两维时，潜空间就是一个平面。在平面上移动可解码各点，点击可选取该点用于插值。',
  decoded: '各点的解码结果',
  'decoded.label': '潜平面，在 20 × 20 个点上解码。用方向键移动，按 Enter 键选取该点用于插值。',
  encoded: '留出集图像的编码位置；超出 ±3 的编码画在边缘，以三角形标记',
  'encoded.label': '潜平面，留出集图像显示在其编码位置。用方向键移动，按 Enter 键选取该点用于插值。',
  here: '圆环所在点的解码图像',
  where: 'z = ({x}, {y})',
  pick: '点 ({x}, {y})',
  yours: '你的模型，潜变量为 2 维。',
  pretrained: '预训练模型，潜变量为 2 维，在 MNIST 上训练。训练一个潜变量维数为 2 的模型，这里就会显示它的地图。',
  numerals: '每个数字都是留出集（{data}）中一张图像的标签。',
  dots: '每个点都是留出集（{data}）中的一张图像。',
};

use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, ConvTranspose2d};

/// Which way a layer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// From the wide images to the narrow ones: a convolution.
    Down,
    /// From the narrow images to the wide ones: a transposed convolution.
    Up,
}

impl Direction {
    pub(super) fn back(self) -> Self {
        match self {
            Direction::Down => Direction::Up,
            Direction::Up => Direction::Down,
        }
    }
}

/// A convolution between a wide image and a narrow one, in either direction: `narrow[y] = sum over
/// taps of wide[y * stride + tap - padding] * weight[tap]`. A transposed convolution goes from
/// narrow to wide with the same weights, `[narrow channels, wide channels, kernel, kernel]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Geometry {
    pub(super) wide_channels: usize,
    pub(super) narrow_channels: usize,
    /// Sides of the square images.
    pub(super) wide: usize,
    pub(super) narrow: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
}

impl Geometry {
    #[cfg(feature = "webgpu")]
    /// The geometry of a product that is no convolution.
    pub(super) const NONE: Self = Self {
        wide_channels: 1,
        narrow_channels: 1,
        wide: 1,
        narrow: 1,
        kernel: 1,
        stride: 1,
        padding: 0,
    };

    /// Taps of a kernel.
    pub(super) fn taps(self) -> usize {
        self.kernel * self.kernel
    }

    /// Places of a narrow image.
    pub(super) fn places(self) -> usize {
        self.narrow * self.narrow
    }

    #[cfg(feature = "webgpu")]
    /// Places of one phase of a wide image along one edge. A phase is the places with the same
    /// remainder modulo the stride: the same taps reach all of them.
    pub(super) fn phase(self) -> usize {
        self.wide.div_ceil(self.stride)
    }

    #[cfg(feature = "webgpu")]
    /// The most taps, along one edge, that reach a wide place.
    pub(super) fn reach(self) -> usize {
        self.kernel.div_ceil(self.stride)
    }
}

impl Geometry {
    /// The geometry of a layer and its input `[batch, channels, side, side]`; `None` for a layer
    /// that the kernels cannot compute.
    pub(super) fn of_conv(
        layer: &Conv2d,
        [_, channels, height, width]: [usize; 4],
    ) -> Option<Self> {
        let ([kernel, kernel_x], [stride, stride_x]) = (layer.kernel_size, layer.stride);
        let PaddingConfig2d::Explicit(padding, left, bottom, right) = layer.padding else {
            return None;
        };
        let square = height == width && kernel == kernel_x && stride == stride_x;
        let plain = layer.groups == 1 && layer.dilation == [1, 1];
        if !square || !plain || [left, bottom, right] != [padding; 3] || kernel < stride {
            return None;
        }
        let narrow = (height + 2 * padding).checked_sub(kernel)? / stride + 1;
        let narrow_channels = layer.weight.dims()[0];
        let wide_channels = channels;
        Some(Self { wide_channels, narrow_channels, wide: height, narrow, kernel, stride, padding })
    }

    /// As [`of_conv`](Self::of_conv).
    pub(super) fn of_conv_transpose(
        layer: &ConvTranspose2d,
        [_, channels, height, width]: [usize; 4],
    ) -> Option<Self> {
        let ([kernel, kernel_x], [stride, stride_x]) = (layer.kernel_size, layer.stride);
        let ([padding, padding_x], [extra, extra_x]) = (layer.padding, layer.padding_out);
        let square = height == width && kernel == kernel_x && stride == stride_x;
        let plain = layer.groups == 1 && layer.dilation == [1, 1];
        if !square || !plain || padding != padding_x || extra != extra_x || kernel < stride {
            return None;
        }
        let wide = ((height - 1) * stride + kernel + extra).checked_sub(2 * padding)?;
        let wide_channels = layer.weight.dims()[1];
        let narrow_channels = channels;
        Some(Self { wide_channels, narrow_channels, wide, narrow: height, kernel, stride, padding })
    }
}

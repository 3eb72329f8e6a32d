package lanewise.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * Convolution and its two gradients, each output element as the sum that defines it.
 *
 * <p>All three sum the same products, over different indices: pixel (oh, ow) of y meets tap (kh,
 * kw) of the filter at pixel (oh * stride - pad + kh * dilation, likewise for w) of x.
 */
final class Convolution {
  private Convolution() {}

  static void forward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    MemorySegment xs = x.segment();
    MemorySegment ws = w.segment();
    MemorySegment ys = y.segment();
    Shape sx = x.shape();
    Shape sw = w.shape();
    Shape sy = y.shape();
    int outPerGroup = sy.c() / spec.groups();
    for (int n = 0; n < sy.n(); n++) {
      for (int oh = 0; oh < sy.h(); oh++) {
        for (int ow = 0; ow < sy.w(); ow++) {
          for (int co = 0; co < sy.c(); co++) {
            int firstIn = co / outPerGroup * sw.c();
            double sum = 0;
            for (int kh = 0; kh < sw.h(); kh++) {
              int ih = oh * spec.strideH() - spec.padH() + kh * spec.dilationH();
              if (ih < 0 || ih >= sx.h()) {
                continue;
              }
              for (int kw = 0; kw < sw.w(); kw++) {
                int iw = ow * spec.strideW() - spec.padW() + kw * spec.dilationW();
                if (iw < 0 || iw >= sx.w()) {
                  continue;
                }
                for (int ci = 0; ci < sw.c(); ci++) {
                  float value = xs.getAtIndex(JAVA_FLOAT, pixel(sx, n, ih, iw) + firstIn + ci);
                  float weight = ws.getAtIndex(JAVA_FLOAT, tap(sw, kh, kw, ci) + co);
                  sum += (double) value * weight;
                }
              }
            }
            ys.setAtIndex(JAVA_FLOAT, pixel(sy, n, oh, ow) + co, (float) sum);
          }
        }
      }
    }
  }

  static void backwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    MemorySegment dys = dy.segment();
    MemorySegment ws = w.segment();
    MemorySegment dxs = dx.segment();
    Shape sx = dx.shape();
    Shape sw = w.shape();
    Shape sy = dy.shape();
    int outPerGroup = sy.c() / spec.groups();
    for (int n = 0; n < sx.n(); n++) {
      for (int ih = 0; ih < sx.h(); ih++) {
        for (int iw = 0; iw < sx.w(); iw++) {
          for (int c = 0; c < sx.c(); c++) {
            int firstOut = c / sw.c() * outPerGroup;
            int ci = c % sw.c();
            double sum = 0;
            for (int kh = 0; kh < sw.h(); kh++) {
              int atH = ih + spec.padH() - kh * spec.dilationH();
              int oh = atH / spec.strideH();
              if (atH < 0 || atH % spec.strideH() != 0 || oh >= sy.h()) {
                continue;
              }
              for (int kw = 0; kw < sw.w(); kw++) {
                int atW = iw + spec.padW() - kw * spec.dilationW();
                int ow = atW / spec.strideW();
                if (atW < 0 || atW % spec.strideW() != 0 || ow >= sy.w()) {
                  continue;
                }
                for (int co = firstOut; co < firstOut + outPerGroup; co++) {
                  float value = dys.getAtIndex(JAVA_FLOAT, pixel(sy, n, oh, ow) + co);
                  float weight = ws.getAtIndex(JAVA_FLOAT, tap(sw, kh, kw, ci) + co);
                  sum += (double) value * weight;
                }
              }
            }
            dxs.setAtIndex(JAVA_FLOAT, pixel(sx, n, ih, iw) + c, (float) sum);
          }
        }
      }
    }
  }

  static void backwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    MemorySegment xs = x.segment();
    MemorySegment dys = dy.segment();
    MemorySegment dws = dw.segment();
    Shape sx = x.shape();
    Shape sw = dw.shape();
    Shape sy = dy.shape();
    int outPerGroup = sy.c() / spec.groups();
    for (int kh = 0; kh < sw.h(); kh++) {
      for (int kw = 0; kw < sw.w(); kw++) {
        for (int ci = 0; ci < sw.c(); ci++) {
          for (int co = 0; co < sw.n(); co++) {
            int c = co / outPerGroup * sw.c() + ci;
            double sum = 0;
            for (int n = 0; n < sy.n(); n++) {
              for (int oh = 0; oh < sy.h(); oh++) {
                int ih = oh * spec.strideH() - spec.padH() + kh * spec.dilationH();
                if (ih < 0 || ih >= sx.h()) {
                  continue;
                }
                for (int ow = 0; ow < sy.w(); ow++) {
                  int iw = ow * spec.strideW() - spec.padW() + kw * spec.dilationW();
                  if (iw < 0 || iw >= sx.w()) {
                    continue;
                  }
                  float value = xs.getAtIndex(JAVA_FLOAT, pixel(sx, n, ih, iw) + c);
                  float gradient = dys.getAtIndex(JAVA_FLOAT, pixel(sy, n, oh, ow) + co);
                  sum += (double) value * gradient;
                }
              }
            }
            dws.setAtIndex(JAVA_FLOAT, tap(sw, kh, kw, ci) + co, (float) sum);
          }
        }
      }
    }
  }

  /** Index of a pixel's first channel in an image batch (NHWC). */
  private static int pixel(Shape s, int n, int h, int w) {
    return ((n * s.h() + h) * s.w() + w) * s.c();
  }

  /** Index of a tap's first output channel in a filter (HWIO). */
  private static int tap(Shape s, int kh, int kw, int ci) {
    return ((kh * s.w() + kw) * s.c() + ci) * s.n();
  }
}

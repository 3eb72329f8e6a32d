package lanewise.backend.scalar;

import lanewise.backend.Shape;

/** Where element (n, c, h, w) is stored when a tensor is repeated along its dimensions of 1. */
record Strides(int n, int c, int h, int w) {

  static Strides of(Shape s) {
    return switch (s.layout()) {
      case NHWC -> repeated(s, s.h() * s.w() * s.c(), 1, s.w() * s.c(), s.c());
      case HWIO -> repeated(s, 1, s.n(), s.w() * s.c() * s.n(), s.c() * s.n());
    };
  }

  private static Strides repeated(Shape s, int n, int c, int h, int w) {
    return new Strides(
        s.n() == 1 ? 0 : n, s.c() == 1 ? 0 : c, s.h() == 1 ? 0 : h, s.w() == 1 ? 0 : w);
  }

  int index(int atN, int atC, int atH, int atW) {
    return atN * n + atC * c + atH * h + atW * w;
  }
}

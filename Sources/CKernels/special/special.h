// Special functions of one value, in double for both element types; each file names its sources.
// "A&S" is Abramowitz and Stegun, Handbook of Mathematical Functions; "DLMF" https://dlmf.nist.gov.
#pragma once

// The gamma family (gamma.c)
double kk_digamma(double x);
double kk_zeta(double s, double q);
double kk_polygamma(double x, double n);
double kk_igamma(double a, double x);
double kk_igammac(double a, double x);

// The error function and related functions (error.c)
double kk_erfinv(double x);
double kk_erfcx(double x);
double kk_log_ndtr(double x);
double kk_ndtri(double p);
double kk_entr(double x);

// Bessel and Airy functions (bessel.c, chebyshev.c)
double kk_i0(double x);
double kk_i0e(double x);
double kk_i1(double x);
double kk_i1e(double x);
float kk_i0f(float x);
float kk_i0ef(float x);
float kk_i1f(float x);
float kk_i1ef(float x);
double kk_k0(double x);
double kk_k0e(double x);
double kk_k1(double x);
double kk_k1e(double x);
double kk_j0(double x);
double kk_j1(double x);
double kk_y0(double x);
double kk_y1(double x);
double kk_spherical_j0(double x);
double kk_airy_ai(double x);

// Orthogonal polynomials of degree n (polynomials.c)
double kk_chebyshev_t(double x, double n);
double kk_chebyshev_u(double x, double n);
double kk_chebyshev_v(double x, double n);
double kk_chebyshev_w(double x, double n);
double kk_hermite_h(double x, double n);
double kk_hermite_he(double x, double n);
double kk_laguerre_l(double x, double n);
double kk_legendre_p(double x, double n);

#define F(x) x
/dts-v1/; / { p = <F
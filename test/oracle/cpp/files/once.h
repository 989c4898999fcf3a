#pragma once
/ { once = <1>; };

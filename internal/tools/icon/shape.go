package main

import (
	"image/color"
	"math"
)

// canvas is the edge of the square in which the shapes are given.
const canvas = 1024.0

// The colours: the accent of the app, iris 5B5BD6, a little lighter at the top
// and darker at the bottom, and white.
var (
	top    = color.NRGBA{0x6B, 0x6B, 0xE3, 255}
	bottom = color.NRGBA{0x4B, 0x4B, 0xC9, 255}
	white  = color.NRGBA{255, 255, 255, 255}
)

// point is a place on the canvas, y downwards.
type point struct{ x, y float64 }

// shade is the background at p; the middle of the tile is the accent itself.
func shade(p point) color.NRGBA { return mix(top, bottom, p.y/canvas) }

// tile is the rounded square that everything lies on.
func tile(p point) float64 {
	const margin, radius = 40.0, 230.0
	half := canvas/2 - margin - radius
	dx := max(math.Abs(p.x-canvas/2)-half, 0)
	dy := max(math.Abs(p.y-canvas/2)-half, 0)
	return math.Hypot(dx, dy) - radius
}

// arc is a part of a circle as a thick line with round ends: from angle a,
// through growing angles, to angle b, in degrees; 0 is to the right, 90 is down.
type arc struct {
	x, y, r float64
	a, b    float64
	width   float64
}

// distance of p from the edge of the line, negative inside it.
func (c arc) distance(p point) float64 {
	dx, dy := p.x-c.x, p.y-c.y
	at := math.Mod(math.Atan2(dy, dx)*180/math.Pi-c.a+720, 360)
	if at <= c.b-c.a {
		return math.Abs(math.Hypot(dx, dy)-c.r) - c.width/2
	}
	return min(c.gap(p, c.a), c.gap(p, c.b)) - c.width/2
}

// gap is the distance of p from the point of the circle at an angle.
func (c arc) gap(p point, angle float64) float64 {
	end := c.at(angle)
	return math.Hypot(p.x-end.x, p.y-end.y)
}

// at is the point of the circle at an angle.
func (c arc) at(angle float64) point {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	return point{c.x + c.r*cos, c.y + c.r*sin}
}

// nearest is the distance of p from the closest of some arcs.
func nearest(p point, arcs []arc) float64 {
	d := math.Inf(1)
	for _, c := range arcs {
		d = min(d, c.distance(p))
	}
	return d
}

// pen draws a line of arcs that run into each other without a corner.
type pen struct {
	at      point
	heading float64
	width   float64
	arcs    []arc
}

// right turns clockwise on a circle of radius r for sweep degrees; left turns
// the other way. Both move the pen to the end of the arc.
func (q *pen) right(r, sweep float64) *pen {
	center := move(q.at, q.heading+90, r)
	a := q.heading - 90
	return q.draw(arc{center.x, center.y, r, a, a + sweep, q.width}, a+sweep, sweep)
}

func (q *pen) left(r, sweep float64) *pen {
	center := move(q.at, q.heading-90, r)
	a := q.heading + 90
	return q.draw(arc{center.x, center.y, r, a - sweep, a, q.width}, a-sweep, -sweep)
}

func (q *pen) draw(c arc, end, turn float64) *pen {
	q.arcs = append(q.arcs, c)
	q.at = c.at(end)
	q.heading += turn
	return q
}

// move is the point at a distance from p in a direction.
func move(p point, direction, distance float64) point {
	return arc{x: p.x, y: p.y, r: distance}.at(direction)
}

// up is the heading of a pen that starts towards the top.
const up = -90.0

// earArcs are the rim over the top and down the back to the lobe, and the same
// line smaller inside it.
var earArcs = append(
	(&pen{at: point{432, 430}, heading: up, width: 84}).right(205, 225).left(150, 45).right(105, 175).arcs,
	(&pen{at: point{567, 446}, heading: up, width: 70}).right(70, 225).left(70, 45).arcs...,
)

// ear is the distance from the ear.
func ear(p point) float64 { return nearest(p, earArcs) }

// soundArcs are two waves that come in from the left.
var soundArcs = []arc{
	{637, 512, 342, 162, 198, 64},
	{637, 512, 460, 154, 206, 64},
}

// sound is the distance from the waves.
func sound(p point) float64 { return nearest(p, soundArcs) }

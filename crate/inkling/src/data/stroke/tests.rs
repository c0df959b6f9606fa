use super::*;

/// An 8-like figure with sharp and round parts, about 80x100 units.
fn drawing(scale: f32, offset: f32, radius: f32) -> Vec<Stroke> {
    let strokes: [&[[f32; 2]]; 2] = [
        &[[90.0, 20.0], [50.0, 0.0], [20.0, 20.0], [80.0, 70.0], [50.0, 100.0], [15.0, 70.0]],
        &[[10.0, 50.0], [90.0, 45.0]],
    ];
    let place = |&[x, y]: &[f32; 2]| [x * scale + offset, y * scale - offset];
    strokes.map(|points| Stroke::new(points.iter().map(place), radius).smoothed(6)).to_vec()
}

fn as_field(image: &[u8; PIXELS]) -> [f32; PIXELS] {
    image.map(|byte| f32::from(byte) / 255.0)
}

/// Width and height of the ink, in pixels.
fn ink_size(image: &[u8; PIXELS]) -> [usize; 2] {
    [1, SIDE].map(|step| {
        let used = |&line: &usize| (0..PIXELS).any(|at| at / step % SIDE == line && image[at] > 0);
        let first = (0..SIDE).find(used).unwrap();
        (0..SIDE).rev().find(used).unwrap() - first + 1
    })
}

fn mean_difference(a: &[u8; PIXELS], b: &[u8; PIXELS]) -> f32 {
    let total: u32 = a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    total as f32 / 255.0 / a.iter().map(|&byte| f32::from(byte) / 255.0).sum::<f32>()
}

#[test]
fn ink_is_centred_and_fitted() {
    let image = normalise(&drawing(2.5, 30.0, 15.0)).unwrap();
    for mass in centre_of_mass(&as_field(&image)) {
        assert!((mass - MASS_CENTRE).abs() < 0.1, "{mass}");
    }
    let [width, height] = ink_size(&image);
    assert!((19..=21).contains(&height) && (14..19).contains(&width), "{width}x{height}");
    let line = normalise(&[Stroke::new([[0.0, 5.0], [300.0, 5.0]], 9.0)]).unwrap();
    let [width, height] = ink_size(&line);
    assert!((19..=21).contains(&width) && height <= 4, "{width}x{height}");
}

#[test]
fn ink_stays_in_the_field() {
    // Nearly all the mass at one end of a long tail: centring it fully would push the tail out.
    let scribble = (0..40).map(|i| [(i * 7 % 11) as f32, (i * 5 % 13) as f32]);
    let tail = Stroke::new([[5.0, 6.0], [100.0, 6.0]], 2.0);
    let image = normalise(&[Stroke::new(scribble, 2.0), tail]).unwrap();
    assert!((19..=21).contains(&ink_size(&image)[0]), "{:?}", ink_size(&image));
}

#[test]
fn scale_and_place_do_not_matter() {
    let image = normalise(&drawing(1.0, 0.0, 6.0)).unwrap();
    let larger = normalise(&drawing(3.0, 500.0, 18.0)).unwrap();
    assert!(mean_difference(&image, &larger) < 0.01);
    // The same pen on three times the paper: the line is thinner, but no hairline.
    let thinner = normalise(&drawing(3.0, -70.0, 6.0)).unwrap();
    let ink = |image: &[u8; PIXELS]| as_field(image).iter().sum::<f32>();
    assert!(ink(&thinner) > 0.6 * ink(&image), "{} {}", ink(&thinner), ink(&image));
    let tiny = normalise(&drawing(0.2, 3.0, 6.0)).unwrap();
    assert!(ink(&tiny) < 1.6 * ink(&image), "{} {}", ink(&tiny), ink(&image));
}

#[test]
fn pressure_shows() {
    let mut line = Stroke::new([[0.0, 0.0], [0.0, 50.0], [0.0, 100.0]], 5.0);
    line.points[2].radius = 9.0;
    let image = as_field(&normalise(&[line]).unwrap());
    let row = |y: usize| image[y * SIDE..][..SIDE].iter().sum::<f32>();
    assert!(row(21) > 1.3 * row(8), "{} {}", row(21), row(8));
}

#[test]
fn nothing_drawn_is_none() {
    assert_eq!(normalise(&[]), None);
    assert_eq!(normalise(&[Stroke::default(), Stroke::default()]), None);
    assert_eq!(normalise(&[Stroke::new([[f32::NAN, 1.0], [2.0, f32::INFINITY]], 1.0)]), None);
    assert_eq!(Stroke::default().smoothed(8), Stroke::default());
}

#[test]
fn a_tap_is_a_small_dot_in_the_middle() {
    let wobbly: &[[f32; 2]] = &[[100.0, 90.0], [101.0, 90.5], [100.5, 91.0]];
    for positions in [&[[3.0, 4.0]], &[[3.0, 4.0], [3.0, 4.0]][..], wobbly] {
        let image = normalise(&[Stroke::new(positions.to_vec(), 8.0).smoothed(4)]).unwrap();
        assert!(ink_size(&image).iter().all(|side| (2..=5).contains(side)));
        assert_eq!(image[14 * SIDE + 14], 255);
    }
}

#[test]
fn absurd_points_do_no_harm() {
    let nan = f32::NAN;
    for odd in [nan, f32::INFINITY, 1e30, f32::MAX, f32::MIN, 1e-40] {
        let mut strokes = drawing(1.0, 0.0, 6.0);
        strokes[0].points.extend([Point { x: odd, y: -odd, radius: 6.0 }; 2]);
        strokes[1].points.insert(1, Point { x: 1.0, y: 1.0, radius: odd });
        strokes.push(Stroke::new([[odd, odd], [-odd, odd], [0.0, odd]], odd));
        let smooth: Vec<_> = strokes.iter().map(|stroke| stroke.smoothed(5)).collect();
        for drawn in [&strokes, &smooth] {
            assert!(normalise(drawn).unwrap().iter().any(|&byte| byte > 0), "{odd}");
            render(drawn);
        }
    }
    let mut strokes = drawing(1.0, 0.0, 6.0);
    let clean = normalise(&strokes);
    strokes[0].points.insert(3, Point { x: nan, y: 3.0, radius: 6.0 });
    assert_eq!(normalise(&strokes), clean);
}

#[test]
fn a_smooth_curve_passes_its_points() {
    let corners = [[0.0, 0.0], [10.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
    let smooth = Stroke::new(corners, 1.0).smoothed(4).points;
    assert_eq!(smooth.len(), 13);
    for (at, corner) in [0, 1, 3, 4].into_iter().enumerate() {
        assert_eq!([smooth[4 * at].x, smooth[4 * at].y], corners[corner]);
    }
    // Round, and never far out.
    assert!(smooth.iter().all(|p| (-2.0..12.0).contains(&p.x) && (-2.0..12.0).contains(&p.y)));
    assert!(smooth[5..8].iter().all(|p| p.x > 10.0));
}

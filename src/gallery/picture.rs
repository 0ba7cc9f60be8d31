//! One picture, from a file that anybody may have made to one that Chat takes: square, of 64 to
//! 500 pixels, below 256 KB. What fits already is left as it is, so that it goes on moving.

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::imageops::{FilterType, overlay};
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    RgbaImage,
};
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

/// A larger file is not read.
const FILE: u64 = 16 << 20;
/// A picture with longer sides is not unpacked.
const SIDE: u32 = 4_096;
/// What unpacking may take, in bytes.
const MEMORY: u64 = 128 << 20;
/// Chat takes fewer bytes than these.
const BYTES: usize = 256 << 10;
/// Chat takes sides from this one to that.
const SIDES: std::ops::RangeInclusive<u32> = 64..=500;
/// The sides to try, the longest first, until the file is small enough.
const SMALLER: [u32; 6] = [500, 384, 256, 192, 128, 64];

/// A picture that Chat takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The ending that tells its kind: `png`, `jpg`, `gif`.
    pub ending: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
    /// It moved, and does not any more.
    pub still: bool,
}

/// Why a picture can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The file can't be read.
    #[error("it can't be read: {0}")]
    Unreadable(String),
    /// The file is too large.
    #[error("it has more than 16 MB")]
    Heavy,
    /// It is of another kind.
    #[error("it is no PNG, JPEG or GIF")]
    Kind,
    /// It has too many pixels.
    #[error("it has more than 4,096 pixels a side")]
    Large,
    /// Its bytes are no picture.
    #[error("its picture is broken")]
    Broken,
    /// Another file has the same name, but for its ending.
    #[error("{0} has the same name")]
    Double(String),
}

impl Unfit {
    /// Returns what the admin can do.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "look at the file's rights",
            Self::Heavy | Self::Large => {
                "make it smaller: 500 pixels a side are the most that Chat shows"
            }
            Self::Kind => "save it as PNG, JPEG or GIF",
            Self::Broken => "fetch the picture from Slack again",
            Self::Double(_) => "keep one of the two",
        }
    }
}

/// Reads a picture and brings it into a form that Chat takes.
pub(super) fn prepare(path: &Path) -> Result<Ready, Unfit> {
    let bytes = read(path)?;
    let format = image::guess_format(&bytes).map_err(|_| Unfit::Kind)?;
    let ending = match format {
        ImageFormat::Png => "png",
        ImageFormat::Jpeg => "jpg",
        ImageFormat::Gif => "gif",
        _ => return Err(Unfit::Kind),
    };
    let picture = unpack(&bytes, format)?;
    let (width, height) = (picture.width(), picture.height());
    if width == height && SIDES.contains(&width) && bytes.len() < BYTES {
        return Ok(Ready { ending, bytes, still: false });
    }
    let still = moves(&bytes, format);
    let bytes = packed(&picture).ok_or(Unfit::Broken)?;
    Ok(Ready { ending: "png", bytes, still })
}

fn read(path: &Path) -> Result<Vec<u8>, Unfit> {
    let unreadable = |error: std::io::Error| Unfit::Unreadable(error.kind().to_string());
    let file = File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(Unfit::Kind);
    }
    let mut bytes = Vec::new();
    file.take(FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE { Err(Unfit::Heavy) } else { Ok(bytes) }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    limits
}

/// Unpacks the picture, of a moving one the first frame, the way up that its maker meant.
fn unpack(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Unfit> {
    let unfit = |error: ImageError| match error {
        ImageError::Limits(_) => Unfit::Large,
        _ => Unfit::Broken,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(unfit)?;
    let (width, height) = decoder.dimensions();
    if width > SIDE || height > SIDE {
        return Err(Unfit::Large);
    }
    let orientation = decoder.orientation().map_err(unfit)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unfit)?;
    picture.apply_orientation(orientation);
    if picture.width() == 0 || picture.height() == 0 { Err(Unfit::Broken) } else { Ok(picture) }
}

/// Tells whether a picture has more than one frame.
fn moves(bytes: &[u8], format: ImageFormat) -> bool {
    match format {
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits());
            decoder.and_then(|decoder| decoder.is_apng()).unwrap_or(false)
        }
        ImageFormat::Gif => {
            let decoder = GifDecoder::new(Cursor::new(bytes)).and_then(|mut decoder| {
                decoder.set_limits(limits())?;
                Ok(decoder)
            });
            decoder.is_ok_and(|decoder| decoder.into_frames().take(2).count() > 1)
        }
        _ => false,
    }
}

/// Scales, pads with nothing to a square, and packs.
fn packed(picture: &DynamicImage) -> Option<Vec<u8>> {
    let longest = picture.width().max(picture.height()).clamp(*SIDES.start(), *SIDES.end());
    let sides = SMALLER.into_iter().filter(|side| *side < longest);
    std::iter::once(longest).chain(sides).find_map(|side| {
        let scaled = if picture.width().max(picture.height()) == side {
            picture.to_rgba8()
        } else {
            picture.resize(side, side, FilterType::Triangle).to_rgba8()
        };
        let mut square = RgbaImage::new(side, side);
        let (left, top) = ((side - scaled.width()) / 2, (side - scaled.height()) / 2);
        overlay(&mut square, &scaled, i64::from(left), i64::from(top));
        let mut bytes = Cursor::new(Vec::new());
        square.write_to(&mut bytes, ImageFormat::Png).ok()?;
        Some(bytes.into_inner()).filter(|bytes| bytes.len() < BYTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::gif::GifEncoder;
    use image::{Frame, Rgba};
    use tempfile::TempDir;

    fn prepared(bytes: &[u8]) -> Result<Ready, Unfit> {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("picture");
        std::fs::write(&path, bytes).expect("a file");
        prepare(&path)
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = RgbaImage::from_pixel(width, height, Rgba([200, 0, 0, 255]));
        picture.write_to(&mut bytes, ImageFormat::Png).expect("a picture");
        bytes.into_inner()
    }

    fn gif(side: u32, frames: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for shade in 0..frames {
            let frame = RgbaImage::from_pixel(side, side, Rgba([shade, 0, 0, 255]));
            encoder.encode_frame(Frame::new(frame)).expect("a frame");
        }
        drop(encoder);
        bytes
    }

    fn side(ready: &Ready) -> (u32, u32) {
        let picture = image::load_from_memory(&ready.bytes).expect("a picture");
        (picture.width(), picture.height())
    }

    #[test]
    fn f8_what_chat_takes_stays_as_it_is() {
        for (bytes, ending) in [(png(64, 64), "png"), (gif(500, 2), "gif")] {
            let ready = prepared(&bytes).expect("a picture");
            assert_eq!((ready.ending, ready.still), (ending, false));
            assert_eq!(ready.bytes, bytes);
        }
    }

    #[test]
    fn f8_other_shapes_are_padded_and_scaled() {
        for ((width, height), expected) in
            [((300, 20), 300), ((16, 16), 64), ((1, 30), 64), ((40, 900), 500)]
        {
            let ready = prepared(&png(width, height)).expect("a picture");
            assert_eq!((ready.ending, side(&ready)), ("png", (expected, expected)), "{width}");
        }
        let flat = prepared(&png(300, 20)).expect("a picture");
        let picture = image::load_from_memory(&flat.bytes).expect("a picture").to_rgba8();
        assert_eq!(picture.get_pixel(0, 0).0[3], 0, "nothing above it");
        assert_eq!(picture.get_pixel(150, 150).0, [200, 0, 0, 255], "itself in the middle");
    }

    #[test]
    fn f8_a_moving_picture_that_does_not_fit_stands_still() {
        let ready = prepared(&gif(32, 3)).expect("a picture");
        assert_eq!((ready.ending, ready.still, side(&ready)), ("png", true, (64, 64)));
        assert!(!prepared(&gif(32, 1)).expect("a picture").still);
    }

    #[test]
    fn f8_a_picture_with_many_bytes_gets_fewer() {
        let mut random = fastrand::Rng::with_seed(7);
        let noise = RgbaImage::from_fn(400, 400, |_, _| {
            Rgba([random.u8(..), random.u8(..), random.u8(..), 255])
        });
        let mut bytes = Cursor::new(Vec::new());
        noise.write_to(&mut bytes, ImageFormat::Png).expect("a picture");
        assert!(bytes.get_ref().len() > BYTES);
        let ready = prepared(bytes.get_ref()).expect("a picture");
        assert!(ready.bytes.len() < BYTES && side(&ready).0 < 400);
    }

    #[test]
    fn f8_hostile_files_are_refused_before_they_take_memory() {
        let mut bomb = png(64, 64);
        // The header says 60,000 by 60,000 pixels.
        for at in [16, 20] {
            bomb[at..at + 4].copy_from_slice(&60_000_u32.to_be_bytes());
        }
        let crc = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(prepared(&bomb), Err(Unfit::Large));
        let whole = png(64, 64);
        assert_eq!(prepared(&whole[..whole.len() / 2]), Err(Unfit::Broken));
        for other in [&b""[..], b"GIF", b"<svg/>", b"BM123456789", b"RIFF....WEBPVP8 "] {
            assert_eq!(prepared(other), Err(Unfit::Kind), "{other:?}");
        }
        assert!(matches!(prepared(b"GIF89a"), Err(Unfit::Broken)));
        assert_eq!(prepared(&vec![0; FILE as usize + 1]), Err(Unfit::Heavy));
        let folder = TempDir::new().expect("a folder");
        assert_eq!(prepare(folder.path()), Err(Unfit::Kind));
        assert!(matches!(prepare(&folder.path().join("none")), Err(Unfit::Unreadable(_))));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
            })
        })
    }
}

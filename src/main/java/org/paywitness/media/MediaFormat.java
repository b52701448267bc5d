package org.paywitness.media;

import java.io.IOException;
import java.io.InputStream;

/** The formats that are taken: each is recognised by its first bytes, and then walked through to its last. */
public enum MediaFormat {
    PDF("application/pdf", "pdf", Pdf::walk),
    PNG("image/png", "png", Png::walk),
    JPEG("image/jpeg", "jpg", Jpeg::walk),
    WEBP("image/webp", "webp", Webp::walk),
    MP4("video/mp4", "mp4", Mp4::walk),
    MP3("audio/mpeg", "mp3", Mp3::walk),
    TEXT("text/plain", "txt", PlainText::walk);

    private interface Walk {
        void through(Bytes file) throws IOException;
    }

    private final String mediaType;
    private final String extension;
    private final Walk walk;

    MediaFormat(String mediaType, String extension, Walk walk) {
        this.mediaType = mediaType;
        this.extension = extension;
        this.walk = walk;
    }

    /** As in RFC 6838, without parameters. */
    public String mediaType() {
        return mediaType;
    }

    /** The usual ending of a name, without the dot. */
    public String extension() {
        return extension;
    }

    /** The format of this media type, which must be one of ours. */
    public static MediaFormat of(String mediaType) {
        for (MediaFormat format : values()) {
            if (format.mediaType.equals(mediaType)) {
                return format;
            }
        }
        throw new IllegalArgumentException(mediaType);
    }

    /**
     * Reads a file once, to its end, and tells what it is. Holds a small buffer and no more.
     *
     * @throws Unsound when it is none of ours, is cut off, or has anything before, after or within it that makes it
     *     something else as well
     * @throws IOException when it cannot be read
     */
    public static MediaFormat read(InputStream in) throws IOException {
        Bytes file = new Bytes(in);
        MediaFormat format = recognise(file);
        format.walk.through(file);
        if (!file.atEnd()) {
            throw new Unsound("There is something after its end.");
        }
        file.foreign().refuse(format, file.position());
        return format;
    }

    private static MediaFormat recognise(Bytes file) throws IOException {
        if (file.startsWith("%PDF-")) {
            return PDF;
        }
        if (file.startsWith("\u0089PNG\r\n\u001A\n")) {
            return PNG;
        }
        if (file.startsWith("\u00FF\u00D8\u00FF")) {
            return JPEG;
        }
        if (file.startsWith("RIFF") && file.head(8).startsWith("WEBP")) {
            return WEBP;
        }
        if (file.head(4).startsWith("ftyp")) {
            return MP4;
        }
        if (file.startsWith("ID3") || Mp3.isFrame(file.head(0))) {
            return MP3;
        }
        return TEXT;
    }
}

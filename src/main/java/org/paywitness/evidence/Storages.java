package org.paywitness.evidence;

import jakarta.inject.Singleton;

/** The storages that there are: new files go to one, files stay where they were put. */
@Singleton
class Storages {
    private final PostgresStorage postgres;
    private final S3Storage s3;
    private final Storage current;

    Storages(PostgresStorage postgres, S3Storage s3, EvidenceSettings settings) {
        this.postgres = postgres;
        this.s3 = s3;
        this.current = of(settings.storage());
        if (current == s3 && settings.s3().bucket().isEmpty()) {
            throw new IllegalStateException("paywitness.evidence.storage=s3 needs paywitness.evidence.s3.bucket");
        }
    }

    /** Where new files go. */
    Storage current() {
        return current;
    }

    Storage of(String name) {
        return switch (name) {
            case PostgresStorage.NAME -> postgres;
            case S3Storage.NAME -> s3;
            default -> throw new IllegalArgumentException("There is no storage of evidence named " + name);
        };
    }
}

-- CreateTable
CREATE TABLE `ApiKey` (
    `id` VARCHAR(36) NOT NULL,
    `keyId` VARCHAR(64) NOT NULL,
    `version` INTEGER NOT NULL,
    `name` VARCHAR(255) NOT NULL,
    `description` TEXT NULL,
    `ownerId` VARCHAR(255) NULL,
    `scopes` TEXT NOT NULL,
    `metadata` JSON NOT NULL,
    `isActive` BOOLEAN NOT NULL,
    `expiresAt` DATETIME(3) NULL,
    `createdAt` DATETIME(3) NOT NULL,
    `updatedAt` DATETIME(3) NOT NULL,
    `lastUsedAt` DATETIME(3) NULL,
    `hint` VARCHAR(16) NOT NULL,
    `hash` TEXT NOT NULL,

    UNIQUE INDEX `ApiKey_keyId_key`(`keyId`),
    INDEX `ApiKey_createdAt_id_idx`(`createdAt`, `id`),
    INDEX `ApiKey_ownerId_createdAt_id_idx`(`ownerId`, `createdAt`, `id`),
    INDEX `ApiKey_expiresAt_id_idx`(`expiresAt`, `id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
